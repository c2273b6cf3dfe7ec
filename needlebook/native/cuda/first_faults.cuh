// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Wrong on purpose: window sums without a barrier, without a halo, without a start.
#pragma once
#include "simt.hpp"

template <int R, int BLOCK>
__global__ void window_sum_no_barrier(const float* x, float* y, int n) {
    __shared__ float tile[BLOCK + 2 * R];
    const int base = blockIdx.x * BLOCK, t = threadIdx.x;
    if (base + t < n + 2 * R) tile[t] = x[base + t];
    if (t < 2 * R && base + BLOCK + t < n + 2 * R)
        tile[BLOCK + t] = x[base + BLOCK + t];
    if (base + t >= n) return;
    float sum = 0;
    for (int d = 0; d <= 2 * R; ++d) sum += tile[t + d];
    y[base + t] = sum;
}

template <int R, int BLOCK>
__global__ void window_sum_no_halo(const float* x, float* y, int n) {
    __shared__ float tile[BLOCK + 2 * R];
    const int base = blockIdx.x * BLOCK, t = threadIdx.x;
    if (base + t < n + 2 * R) tile[t] = x[base + t];
    __syncthreads();
    if (base + t >= n) return;
    float sum = 0;
    for (int d = 0; d <= 2 * R; ++d) sum += tile[t + d];
    y[base + t] = sum;
}

template <int R>
__global__ void window_sum_no_start(const float* x, float* y, int n) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    for (int d = 0; d <= 2 * R; ++d) y[i] += x[i + d];
}
