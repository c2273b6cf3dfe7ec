// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The matrix product of the library: any sizes, any strides, batched.
#pragma once
#include "simt.hpp"

constexpr int DEPTH = 8, PAD = 4;

// A stack of matrices; strides in elements. `aligned`: float4 loads are allowed.
struct Operand {
    const float* data;
    long long batch, line, depth;
    bool aligned;
};

// What the threads of a block fetch together: LENGTH lines, DEPTH elements deep.
// DEEP: neighbours in depth are neighbours in memory, else neighbouring lines are.
template <int LENGTH, int THREADS, bool DEEP>
struct Fetch {
    static constexpr int COUNT = LENGTH * DEPTH / (4 * THREADS);
    const float* place[COUNT];
    int left[COUNT];
    float4 held[COUNT];

    static __device__ __forceinline__ int line(int i) {
        const int quad = threadIdx.x + i * THREADS;
        return DEEP ? quad / (DEPTH / 4) : quad % (LENGTH / 4) * 4;
    }
    static __device__ __forceinline__ int depth(int i) {
        const int quad = threadIdx.x + i * THREADS;
        return DEEP ? quad % (DEPTH / 4) * 4 : quad / (LENGTH / 4);
    }

    // Point at the first elements: lines from `first` on, `k` deep.
    __device__ __forceinline__ void start(const Operand& from, int first, int lines,
                                          int k);
    // Global memory to registers, DEPTH deeper each time; zero from `lines` and `end`
    // on.
    __device__ __forceinline__ void load(const Operand& from, int k, int end);
    // Registers to shared memory, always with the lines as neighbours.
    __device__ __forceinline__ void store(float (*tile)[LENGTH + PAD]) const;
};

template <int LENGTH, int THREADS, bool DEEP>
__device__ __forceinline__ void Fetch<LENGTH, THREADS, DEEP>::start(const Operand& from,
                                                                    int first,
                                                                    int lines, int k) {
#pragma unroll
    for (int i = 0; i < COUNT; ++i) {
        place[i] =
            from.data + (first + line(i)) * from.line + (k + depth(i)) * from.depth;
        left[i] = lines - first - line(i);
    }
}

template <int LENGTH, int THREADS, bool DEEP>
__device__ __forceinline__ void Fetch<LENGTH, THREADS, DEEP>::load(const Operand& from,
                                                                   int k, int end) {
#pragma unroll
    for (int i = 0; i < COUNT; ++i) {
        const int deep = end - k - depth(i);
        if (from.aligned && left[i] >= (DEEP ? 1 : 4) && deep >= (DEEP ? 4 : 1)) {
            held[i] = *reinterpret_cast<const float4*>(place[i]);
        } else {
            const long long step = DEEP ? from.depth : from.line;
            const int count = (DEEP ? left[i] : deep) > 0 ? (DEEP ? deep : left[i]) : 0;
            held[i].x = count > 0 ? place[i][0] : 0.0f;
            held[i].y = count > 1 ? place[i][step] : 0.0f;
            held[i].z = count > 2 ? place[i][2 * step] : 0.0f;
            held[i].w = count > 3 ? place[i][3 * step] : 0.0f;
        }
        place[i] += DEPTH * from.depth;
    }
}

template <int LENGTH, int THREADS, bool DEEP>
__device__ __forceinline__ void Fetch<LENGTH, THREADS, DEEP>::store(
    float (*tile)[LENGTH + PAD]) const {
#pragma unroll
    for (int i = 0; i < COUNT; ++i) {
        const int y = line(i), d = depth(i);
        if (DEEP) {
            tile[d][y] = held[i].x;
            tile[d + 1][y] = held[i].y;
            tile[d + 2][y] = held[i].z;
            tile[d + 3][y] = held[i].w;
        } else {
            *reinterpret_cast<float4*>(&tile[d][y]) = held[i];
        }
    }
}

// 8 x 8 sums of a thread: rows y to y + 3 and y + 32 to y + 35 by columns x to x + 3
// and x + 16 to x + 19, so that the 32 threads of a warp cover 64 x 32.
template <int ROWS, int COLUMNS>
__device__ __forceinline__ void multiply(const float (*rows)[ROWS + PAD],
                                         const float (*columns)[COLUMNS + PAD], int y,
                                         int x, float (&sums)[8][8]) {
#pragma unroll
    for (int d = 0; d < DEPTH; ++d) {
        alignas(16) float a[8], b[8];
        *reinterpret_cast<float4*>(a) = *reinterpret_cast<const float4*>(&rows[d][y]);
        *reinterpret_cast<float4*>(a + 4) =
            *reinterpret_cast<const float4*>(&rows[d][y + 32]);
        *reinterpret_cast<float4*>(b) =
            *reinterpret_cast<const float4*>(&columns[d][x]);
        *reinterpret_cast<float4*>(b + 4) =
            *reinterpret_cast<const float4*>(&columns[d][x + 16]);
#pragma unroll
        for (int i = 0; i < 8; ++i)
#pragma unroll
            for (int j = 0; j < 8; ++j) sums[i][j] += a[i] * b[j];
    }
}

// The sums of a thread to rows from `y` and columns from `x` of out (m, p).
__device__ __forceinline__ void keep(const float (&sums)[8][8], float* out, int m,
                                     int p, int y, int x) {
#pragma unroll
    for (int i = 0; i < 8; ++i) {
        const int row = y + i % 4 + i / 4 * 32;
        if (row >= m) continue;
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const int column = x + 16 * half;
            float* place = out + static_cast<size_t>(row) * p + column;
            const float* four = &sums[i][4 * half];
            if (p % 4 == 0 && column + 4 <= p)
                *reinterpret_cast<float4*>(place) =
                    make_float4(four[0], four[1], four[2], four[3]);
            else
                for (int j = 0; j < 4 && column + j < p; ++j) place[j] = four[j];
        }
    }
}

// One block makes 64 WARPS_Y x 32 WARPS_X of one part of one product. Blocks count
// tiles of columns, then of rows, then parts of the depth, then the batch.
template <int WARPS_Y, int WARPS_X, bool DEEP_A, bool DEEP_B>
__global__ void __launch_bounds__(WARPS_Y * WARPS_X * 32, WARPS_Y* WARPS_X > 4 ? 2 : 4)
    product(Operand a, Operand b, float* out, int m, int n, int p, int parts,
            int length) {
    constexpr int ROWS = 64 * WARPS_Y, COLUMNS = 32 * WARPS_X;
    constexpr int THREADS = 32 * WARPS_Y * WARPS_X;
    alignas(16) __shared__ float rows[2][DEPTH][ROWS + PAD];
    alignas(16) __shared__ float columns[2][DEPTH][COLUMNS + PAD];
    const int across = (p + COLUMNS - 1) / COLUMNS, down = (m + ROWS - 1) / ROWS;
    const int first_column = blockIdx.x % across * COLUMNS;
    const int first_row = blockIdx.x / across % down * ROWS;
    const int which = blockIdx.x / across / down, part = which % parts;
    const int begin = part * length, end = n < begin + length ? n : begin + length;
    a.data += which / parts * a.batch;
    b.data += which / parts * b.batch;
    out += static_cast<size_t>(which) * m * p;

    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const int y = warp / WARPS_X * 64 + lane / 4 * 4;
    const int x = warp % WARPS_X * 32 + lane % 4 * 4;
    Fetch<ROWS, THREADS, DEEP_A> of_a;
    Fetch<COLUMNS, THREADS, DEEP_B> of_b;
    float sums[8][8] = {};
    of_a.start(a, first_row, m, begin);
    of_b.start(b, first_column, p, begin);
    of_a.load(a, begin, end);
    of_b.load(b, begin, end);
    of_a.store(rows[0]);
    of_b.store(columns[0]);
    __syncthreads();

    int now = 0;
    for (int k = begin; k < end; k += DEPTH, now = 1 - now) {
        const bool more = k + DEPTH < end;
        if (more) {
            of_a.load(a, k + DEPTH, end);
            of_b.load(b, k + DEPTH, end);
        }
        multiply<ROWS, COLUMNS>(rows[now], columns[now], y, x, sums);
        if (more) {
            of_a.store(rows[1 - now]);
            of_b.store(columns[1 - now]);
        }
        __syncthreads();
    }

    keep(sums, out, m, p, first_row + y, first_column + x);
}
