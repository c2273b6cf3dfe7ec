// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The upper rungs: four numbers per access, two tiles in turns, tiles of warps.
#pragma once
#include "tiles.cuh"

// Four neighbours in one access, or one by one at a border.
__device__ inline float4 four(const Matrix& source, int i, int j) {
    if (i < source.rows && j + 3 < source.columns && source.columns % 4 == 0)
        return *reinterpret_cast<const float4*>(source.data + i * source.columns + j);
    return make_float4(source(i, j), source(i, j + 1), source(i, j + 2),
                       source(i, j + 3));
}

// A tile's way from global memory through the registers of THREADS threads.
template <int ROWS, int COLUMNS, int THREADS>
struct Carried {
    static constexpr int count = ROWS * COLUMNS / 4 / THREADS, across = COLUMNS / 4;
    static_assert(count * 4 * THREADS == ROWS * COLUMNS,
                  "threads must divide the tile");
    float4 held[count];

    __device__ void take(const Matrix& source, int row, int column, int thread) {
#pragma unroll
        for (int i = 0; i < count; ++i) {
            const int at = i * THREADS + thread;
            held[i] = four(source, row + at / across, column + at % across * 4);
        }
    }

    __device__ void put(float (&tile)[ROWS][COLUMNS], int thread) const {
#pragma unroll
        for (int i = 0; i < count; ++i) {
            const int at = i * THREADS + thread;
            *reinterpret_cast<float4*>(&tile[at / across][at % across * 4]) = held[i];
        }
    }

    __device__ void put_transposed(float (&tile)[COLUMNS][ROWS + 4], int thread) const {
#pragma unroll
        for (int i = 0; i < count; ++i) {
            const int y = (i * THREADS + thread) / across;
            const int x = (i * THREADS + thread) % across * 4;
            tile[x][y] = held[i].x;
            tile[x + 1][y] = held[i].y;
            tile[x + 2][y] = held[i].z;
            tile[x + 3][y] = held[i].w;
        }
    }
};

// Fill part with groups of four from a row of a tile; the groups are `step` apart.
template <int N>
__device__ void read_groups(float (&part)[N], const float* row, int step) {
#pragma unroll
    for (int g = 0; g < N / 4; ++g) {
        const float4 v = *reinterpret_cast<const float4*>(row + g * step);
        part[4 * g] = v.x;
        part[4 * g + 1] = v.y;
        part[4 * g + 2] = v.z;
        part[4 * g + 3] = v.w;
    }
}

// Write a thread's sums, which lie in groups of 4 x 4, as far as c (m, n) reaches.
template <int TM, int TN>
__device__ void store_groups(const float (&sum)[TM][TN], float* c, int m, int n,
                             int row, int column, int row_step, int column_step) {
#pragma unroll
    for (int i = 0; i < TM; ++i)
#pragma unroll
        for (int g = 0; g < TN / 4; ++g) {
            const int r = row + i / 4 * row_step + i % 4, s = column + g * column_step;
            const float* v = &sum[i][4 * g];
            const float4 all = make_float4(v[0], v[1], v[2], v[3]);
            if (r >= m) continue;
            if (n % 4 == 0 && s < n)
                *reinterpret_cast<float4*>(c + r * n + s) = all;
            else
                for (int j = 0; j < 4 && s + j < n; ++j) c[r * n + s + j] = v[j];
        }
}

// Rung 6. Every access, global and shared, moves four numbers.
template <int BM, int BN, int BK, int TM, int TN>
__global__ void __launch_bounds__(BM* BN / (TM * TN))
    vectorized(const float* a, const float* b, float* c, int m, int n, int k) {
    constexpr int TX = BN / TN, TY = BM / TM;
    alignas(16) __shared__ float ta[BK][BM + 4], tb[BK][BN];
    const Matrix A{a, m, k}, B{b, k, n};
    const int row = blockIdx.y * BM, column = blockIdx.x * BN;
    const int thread = threadIdx.x, x4 = thread % TX * 4, y4 = thread / TX * 4;
    Carried<BM, BK, TX * TY> from_a;
    Carried<BK, BN, TX * TY> from_b;
    float sum[TM][TN] = {}, x[TM], y[TN];
    for (int t = 0; t < k; t += BK) {
        from_a.take(A, row, t, thread);
        from_b.take(B, t, column, thread);
        from_a.put_transposed(ta, thread);
        from_b.put(tb, thread);
        __syncthreads();
#pragma unroll
        for (int p = 0; p < BK; ++p) {
            read_groups(x, &ta[p][y4], 4 * TY);
            read_groups(y, &tb[p][x4], 4 * TX);
            add_products(sum, x, y);
        }
        __syncthreads();
    }
    store_groups(sum, c, m, n, row + y4, column + x4, 4 * TY, 4 * TX);
}

// Rungs 7 and 8. The next tile travels while this one is used; a warp is LX threads
// wide.
template <int BM, int BN, int BK, int TM, int TN, int LX>
__global__ void __launch_bounds__(BM* BN / (TM * TN))
    double_buffered(const float* a, const float* b, float* c, int m, int n, int k) {
    constexpr int TX = BN / TN, TY = BM / TM, across = TX / LX, LY = 32 / LX;
    static_assert(TX % LX == 0 && 32 % LX == 0 && TY % LY == 0, "warps must fit");
    alignas(16) __shared__ float ta[2][BK][BM + 4], tb[2][BK][BN];
    const Matrix A{a, m, k}, B{b, k, n};
    const int row = blockIdx.y * BM, column = blockIdx.x * BN;
    const int thread = threadIdx.x, warp = thread / 32, lane = thread % 32;
    const int x4 = (warp % across * LX + lane % LX) * 4;
    const int y4 = (warp / across * LY + lane / LX) * 4;
    Carried<BM, BK, TX * TY> from_a;
    Carried<BK, BN, TX * TY> from_b;
    float sum[TM][TN] = {}, x[TM], y[TN];
    from_a.take(A, row, 0, thread);
    from_b.take(B, 0, column, thread);
    for (int t = 0, now = 0; t < k; t += BK, now = 1 - now) {
        from_a.put_transposed(ta[now], thread);
        from_b.put(tb[now], thread);
        __syncthreads();
        if (t + BK < k) {
            from_a.take(A, row, t + BK, thread);
            from_b.take(B, t + BK, column, thread);
        }
#pragma unroll
        for (int p = 0; p < BK; ++p) {
            read_groups(x, &ta[now][p][y4], 4 * TY);
            read_groups(y, &tb[now][p][x4], 4 * TX);
            add_products(sum, x, y);
        }
    }
    store_groups(sum, c, m, n, row + y4, column + x4, 4 * TY, 4 * TX);
}
