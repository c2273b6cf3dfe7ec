// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The rungs with tiles: shared by a block, then also kept by each thread.
#pragma once
#include "tiles.cuh"

// Rung 3. A block of L x L threads fetches L x L tiles.
template <int L>
__global__ void shared_tile(const float* a, const float* b, float* c, int m, int n,
                            int k) {
    __shared__ float ta[L][L], tb[L][L];
    const Matrix A{a, m, k}, B{b, k, n};
    const int row = blockIdx.y * L, column = blockIdx.x * L;
    float sum = 0;
    for (int t = 0; t < k; t += L) {
        fetch(ta, A, row, t);
        fetch(tb, B, t, column);
        __syncthreads();
        for (int p = 0; p < L; ++p) sum += ta[threadIdx.y][p] * tb[p][threadIdx.x];
        __syncthreads();
    }
    const int i = row + threadIdx.y, j = column + threadIdx.x;
    if (i < m && j < n) c[i * n + j] = sum;
}

// The block's BM x BN tile of C = A B, where A is anything that gives elements.
template <int BM, int BN, int BK, int TM, int TN, class Source>
__device__ void block_product(const Source& A, const Matrix& B, float* c, int m) {
    __shared__ float ta[BM][BK], tb[BK][BN];
    const int row = blockIdx.y * BM, column = blockIdx.x * BN;
    float sum[TM][TN] = {}, x[TM], y[TN];
    for (int t = 0; t < B.rows; t += BK) {
        fetch(ta, A, row, t);
        fetch(tb, B, t, column);
        __syncthreads();
        for (int p = 0; p < BK; ++p) {
#pragma unroll
            for (int i = 0; i < TM; ++i) x[i] = ta[threadIdx.y * TM + i][p];
#pragma unroll
            for (int j = 0; j < TN; ++j) y[j] = tb[p][threadIdx.x * TN + j];
            add_products(sum, x, y);
        }
        __syncthreads();
    }
    store(sum, c, m, B.columns, row + threadIdx.y * TM, column + threadIdx.x * TN);
}

// Rungs 4 and 5. Each thread keeps TM x TN sums: a column of them, then a rectangle.
template <int BM, int BN, int BK, int TM, int TN>
__global__ void __launch_bounds__(BM* BN / (TM * TN))
    register_tile(const float* a, const float* b, float* c, int m, int n, int k) {
    block_product<BM, BN, BK, TM, TN>(Matrix{a, m, k}, Matrix{b, k, n}, c, m);
}
