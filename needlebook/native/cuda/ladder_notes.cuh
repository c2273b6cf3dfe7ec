// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The matrix product in the form of the lecture: C (m, n) = A^T B, A (k, m), B (k, n).
#pragma once
#include "tiles.cuh"

// Thread level: each thread keeps a V x V tile of C in registers.
template <int V>
__global__ void transposed_registers(const float* a, const float* b, float* c, int m,
                                     int n, int k) {
    const int row = (blockIdx.y * blockDim.y + threadIdx.y) * V;
    const int column = (blockIdx.x * blockDim.x + threadIdx.x) * V;
    if (row >= m || column >= n) return;
    const Matrix A{a, k, m}, B{b, k, n};
    float sum[V][V] = {}, x[V], y[V];
    for (int t = 0; t < k; ++t) {
#pragma unroll
        for (int i = 0; i < V; ++i) x[i] = A(t, row + i);
#pragma unroll
        for (int j = 0; j < V; ++j) y[j] = B(t, column + j);
        add_products(sum, x, y);
    }
    store(sum, c, m, n, row, column);
}

// Block level: (L / V) x (L / V) threads share an L x L tile of C, S steps at a time.
template <int L, int S, int V>
__global__ void transposed_shared(const float* a, const float* b, float* c, int m,
                                  int n, int k) {
    __shared__ float ta[S][L], tb[S][L];
    const Matrix A{a, k, m}, B{b, k, n};
    const int row = blockIdx.y * L, column = blockIdx.x * L;
    float sum[V][V] = {}, x[V], y[V];
    for (int t = 0; t < k; t += S) {
        fetch(ta, A, t, row);
        fetch(tb, B, t, column);
        __syncthreads();
        for (int p = 0; p < S; ++p) {
#pragma unroll
            for (int i = 0; i < V; ++i) x[i] = ta[p][threadIdx.y * V + i];
#pragma unroll
            for (int j = 0; j < V; ++j) y[j] = tb[p][threadIdx.x * V + j];
            add_products(sum, x, y);
        }
        __syncthreads();
    }
    store(sum, c, m, n, row + threadIdx.y * V, column + threadIdx.x * V);
}
