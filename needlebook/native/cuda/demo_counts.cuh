// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Kernels whose traffic is known beforehand.
#pragma once
#include "simt.hpp"

// in has n * S numbers, of which every S-th is copied.
template <int S>
__global__ void copy_every(const float* in, float* out, int n) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = in[i * S];
}

// The numbers in rows of 64, each of which is one assignment in the text.
struct Row {
    float numbers[64];
};
__global__ void copy_rows(const float* in, float* out, int) {
    __shared__ Row box[32];
    const int t = threadIdx.x;
    box[t] = reinterpret_cast<const Row*>(in)[t];
    reinterpret_cast<Row*>(out)[t] = box[t];
}

__global__ void copy_four(const float* in, float* out, int n) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (4 * i >= n) return;
    const float4 v = reinterpret_cast<const float4*>(in)[i];
    reinterpret_cast<float4*>(out)[i] = make_float4(v.x, v.y, v.z, v.w);
}

// out = transpose of in (n, n), n a multiple of 32, blocks of 32 x 32 threads.
__global__ void transpose(const float* in, float* out, int n) {
    const int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
    out[x * n + y] = in[y * n + x];
}

// The same through a tile, whose rows are W numbers apart.
template <int W>
__global__ void transpose_tile(const float* in, float* out, int n) {
    __shared__ float tile[32][W];
    const int x = threadIdx.x, y = threadIdx.y;
    const int column = blockIdx.x * 32, row = blockIdx.y * 32;
    tile[y][x] = in[(row + y) * n + column + x];
    __syncthreads();
    out[(column + y) * n + row + x] = tile[x][y];
}
