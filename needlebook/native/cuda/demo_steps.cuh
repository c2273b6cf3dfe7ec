// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Kernels that use the words of CUDA one at a time.
#pragma once
#include "simt.hpp"

__global__ void who_am_i(const float*, float* out, int n) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = 100 * blockIdx.x + threadIdx.x;
}

// Each block of up to 256 numbers is turned around.
__global__ void turn_around(const float* in, float* out, int) {
    __shared__ float box[256];
    const int first = blockIdx.x * blockDim.x, t = threadIdx.x;
    box[t] = in[first + t];
    __syncthreads();
    out[first + t] = box[blockDim.x - 1 - t];
}

// Lane 0 of each warp ends with the sum of the warp's 32 numbers.
__device__ float warp_sum(float value) {
    for (int step = 16; step > 0; step /= 2)
        value += __shfl_down_sync(0xffffffff, value, step);
    return value;
}

// out[0] += the sum of n numbers: warps, then a block, then the grid.
__global__ void sum_all(const float* in, float* out, int n) {
    __shared__ float warps[32];
    const int i = blockIdx.x * blockDim.x + threadIdx.x, t = threadIdx.x;
    const float mine = warp_sum(i < n ? in[i] : 0.0f);
    if (t % 32 == 0) warps[t / 32] = mine;
    __syncthreads();
    if (t >= 32) return;
    const float all = warp_sum(t < blockDim.x / 32 ? warps[t] : 0.0f);
    if (t == 0) atomicAdd(out, all);
}

// out (n) = sums of in[i] ... in[i + 2 R]; in has n + 2 R numbers, n a multiple of L.
template <int L, int R>
__global__ void window_sum(const float* in, float* out, int) {
    __shared__ float near[L + 2 * R];
    const int first = blockIdx.x * L, t = threadIdx.x;
    for (int k = t; k < L + 2 * R; k += L) near[k] = in[first + k];
    __syncthreads();
    float sum = 0.0f;
    for (int k = 0; k <= 2 * R; ++k) sum += near[t + k];
    out[first + t] = sum;
}

// out = square of the matrix in (n, n), n a multiple of L, in tiles of L x L.
template <int L>
__global__ void square(const float* in, float* out, int n) {
    __shared__ float left[L][L], right[L][L];
    const int x = threadIdx.x, y = threadIdx.y;
    const int row = blockIdx.y * L + y, column = blockIdx.x * L + x;
    float sum = 0.0f;
    for (int k = 0; k < n; k += L) {
        left[y][x] = in[row * n + k + x];
        right[y][x] = in[(k + y) * n + column];
        __syncthreads();
        for (int q = 0; q < L; ++q) sum += left[y][q] * right[q][x];
        __syncthreads();
    }
    out[row * n + column] = sum;
}
