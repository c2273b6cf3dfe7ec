// Extracted from the book: edit the chapter, or edit here and run "make sync".
// What the rungs of the ladder share.
#pragma once
#include "simt.hpp"

// A matrix in global memory, row after row; outside of it there are zeros.
struct Matrix {
    const float* data;
    int rows, columns;

    __device__ float operator()(int i, int j) const {
        return i < rows && j < columns ? data[i * columns + j] : 0.0f;
    }
};

// The threads of the block fetch a tile of the source, each element once.
template <int ROWS, int COLUMNS, class Source>
__device__ void fetch(float (&tile)[ROWS][COLUMNS], const Source& source, int row,
                      int column) {
    const int threads = blockDim.x * blockDim.y;
    const int thread = threadIdx.y * blockDim.x + threadIdx.x;
    for (int at = thread; at < ROWS * COLUMNS; at += threads) {
        const int y = at / COLUMNS, x = at % COLUMNS;
        tile[y][x] = source(row + y, column + x);
    }
}

// sum[i][j] += x[i] * y[j]: TM + TN numbers, TM x TN products.
template <int TM, int TN>
__device__ void add_products(float (&sum)[TM][TN], const float (&x)[TM],
                             const float (&y)[TN]) {
#pragma unroll
    for (int i = 0; i < TM; ++i)
#pragma unroll
        for (int j = 0; j < TN; ++j) sum[i][j] += x[i] * y[j];
}

// Write a thread's tile to c (m, n), as far as c reaches.
template <int TM, int TN>
__device__ void store(const float (&sum)[TM][TN], float* c, int m, int n, int row,
                      int column) {
#pragma unroll
    for (int i = 0; i < TM; ++i)
#pragma unroll
        for (int j = 0; j < TN; ++j)
            if (row + i < m && column + j < n)
                c[(row + i) * n + column + j] = sum[i][j];
}
