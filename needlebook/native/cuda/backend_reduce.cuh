// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Reductions of the middle axis of a compact array (outer, size, inner).
#pragma once
#include "backend_elementwise.cuh"

struct Sum {
    static __device__ __forceinline__ float start() {
        return 0.0f;
    }
    static __device__ __forceinline__ float at(float a, float b) {
        return a + b;
    }
};

struct Max {
    static __device__ __forceinline__ float start() {
        return -INFINITY;
    }
    static __device__ __forceinline__ float at(float a, float b) {
        return larger(a, b);
    }
};

// Step 1: one thread for each output, which walks down its column.
template <typename Do>
__global__ void reduce_one(const float* a, float* out, size_t outputs, int size,
                           size_t inner) {
    const size_t output = thread_number();
    if (output >= outputs) return;
    const float* column = a + output / inner * size * inner + output % inner;
    float value = Do::start();
    for (int i = 0; i < size; ++i) value = Do::at(value, column[i * inner]);
    out[output] = value;
}

constexpr int WARP = 32;
constexpr unsigned ALL_LANES = 0xffffffffu;

// Every lane ends with the result over the 32 lanes of its warp.
template <typename Do>
__device__ __forceinline__ float over_warp(float value) {
#pragma unroll
    for (int step = WARP / 2; step > 0; step /= 2)
        value = Do::at(value, __shfl_xor_sync(ALL_LANES, value, step));
    return value;
}

// Step 2: one warp for each output; its lanes read 32 neighbours at a time.
template <typename Do>
__global__ void reduce_warp(const float* a, float* out, size_t outputs, int size) {
    const size_t output = thread_number() / WARP;
    const int lane = threadIdx.x % WARP;
    float value = Do::start();
    if (output < outputs)
        for (int i = lane; i < size; i += WARP)
            value = Do::at(value, a[output * size + i]);
    value = over_warp<Do>(value);
    if (output < outputs && lane == 0) out[output] = value;
}

constexpr int BLOCK = 256;

// Step 3: one block for each part of an output: threads, then warps, then one warp.
// `a` holds rows of `size`; output number o is part o % parts of row o / parts.
template <typename Do>
__global__ void reduce_block(const float* a, float* out, long long size, int parts,
                             long long length) {
    __shared__ float of_warp[BLOCK / WARP];
    const long long part = blockIdx.x % parts, row = blockIdx.x / parts;
    const long long left = size - part * length;
    const long long end = left < length ? left : length;
    const float* from = a + row * size + part * length;
    float value = Do::start();
#pragma unroll 8
    for (long long i = threadIdx.x; i < end; i += BLOCK) value = Do::at(value, from[i]);
    value = over_warp<Do>(value);
    if (threadIdx.x % WARP == 0) of_warp[threadIdx.x / WARP] = value;
    __syncthreads();
    if (threadIdx.x >= WARP) return;
    value = threadIdx.x < BLOCK / WARP ? of_warp[threadIdx.x] : Do::start();
    value = over_warp<Do>(value);
    if (threadIdx.x == 0) out[blockIdx.x] = value;
}

// The same for inner > 1: neighbours in x read neighbouring columns, threads in y share
// the rows of a part. Blocks count tiles of columns, then parts, then the outer axis.
template <typename Do>
__global__ void reduce_columns(const float* a, float* out, long long size,
                               long long inner, int parts, long long length) {
    __shared__ float values[BLOCK];
    const int x = threadIdx.x, y = threadIdx.y;
    const long long tiles = (inner + blockDim.x - 1) / blockDim.x;
    const long long tile = blockIdx.x % tiles, output = blockIdx.x / tiles;
    const long long part = output % parts, outer = output / parts;
    const long long column = tile * blockDim.x + x;
    const long long first = part * length;
    const long long end = first + length < size ? first + length : size;
    float value = Do::start();
    if (column < inner)
        for (long long i = first + y; i < end; i += blockDim.y)
            value = Do::at(value, a[(outer * size + i) * inner + column]);
    values[y * blockDim.x + x] = value;
    for (int step = blockDim.y / 2; step > 0; step /= 2) {
        __syncthreads();
        if (y < step) {
            float* mine = values + y * blockDim.x + x;
            *mine = Do::at(*mine, mine[step * blockDim.x]);
        }
    }
    if (y == 0 && column < inner) out[output * inner + column] = values[x];
}
