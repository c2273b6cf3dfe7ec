// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The first kernels of the chapter: a sum of vectors, and sums over a window.
#pragma once
#include "simt.hpp"

// c = a + b for vectors of n elements: one thread, one element.
__global__ void vector_add(const float* a, const float* b, float* c, int n) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) c[i] = a[i] + b[i];
}

// y[i] = x[i] + ... + x[i + 2 R] for i < n; x has n + 2 R elements.
template <int R>
__global__ void window_sum(const float* x, float* y, int n) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float sum = 0;
    for (int d = 0; d <= 2 * R; ++d) sum += x[i + d];
    y[i] = sum;
}

// The same; the block fetches what its threads need, each element once.
template <int R, int BLOCK>
__global__ void window_sum_shared(const float* x, float* y, int n) {
    __shared__ float tile[BLOCK + 2 * R];
    const int base = blockIdx.x * BLOCK, t = threadIdx.x;
    if (base + t < n + 2 * R) tile[t] = x[base + t];
    if (t < 2 * R && base + BLOCK + t < n + 2 * R)
        tile[BLOCK + t] = x[base + BLOCK + t];  // the halo
    __syncthreads();
    if (base + t >= n) return;
    float sum = 0;
    for (int d = 0; d <= 2 * R; ++d) sum += tile[t + d];
    y[base + t] = sum;
}
