// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The lowest rungs: C (m, n) = A (m, k) B (k, n), row after row, all sizes.
#pragma once
#include "simt.hpp"

// Rung 1. Neighbouring threads take neighbouring rows.
__global__ void uncoalesced(const float* a, const float* b, float* c, int m, int n,
                            int k) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    const int j = blockIdx.y * blockDim.y + threadIdx.y;
    if (i >= m || j >= n) return;
    float sum = 0;
    for (int t = 0; t < k; ++t) sum += a[i * k + t] * b[t * n + j];
    c[i * n + j] = sum;
}

// Rung 2. Neighbouring threads take neighbouring columns.
__global__ void coalesced(const float* a, const float* b, float* c, int m, int n,
                          int k) {
    const int i = blockIdx.y * blockDim.y + threadIdx.y;
    const int j = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= m || j >= n) return;
    float sum = 0;
    for (int t = 0; t < k; ++t) sum += a[i * k + t] * b[t * n + j];
    c[i * n + j] = sum;
}
