// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Kernels that move more than they calculate: in (rows, columns), row after row.
#pragma once
#include "tiles.cuh"

// fmaxf(NaN, 0) is 0; the library's own relu keeps a NaN.
__global__ void relu_scalar(const float* in, float* out, int rows, int columns) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < rows * columns) out[i] = fmaxf(in[i], 0);
}

// Four elements per thread; the last thread takes what is left.
__global__ void relu_vector(const float* in, float* out, int rows, int columns) {
    const int n = rows * columns, i = 4 * (blockIdx.x * blockDim.x + threadIdx.x);
    if (i + 3 < n) {
        float4 v = *reinterpret_cast<const float4*>(in + i);
        v = make_float4(fmaxf(v.x, 0), fmaxf(v.y, 0), fmaxf(v.z, 0), fmaxf(v.w, 0));
        *reinterpret_cast<float4*>(out + i) = v;
    } else {
        for (int j = i; j < n; ++j) out[j] = fmaxf(in[j], 0);
    }
}

// out (columns, rows): the reads of a warp are neighbours, its writes are not.
__global__ void transpose_direct(const float* in, float* out, int rows, int columns) {
    const int row = blockIdx.y * 32, j = blockIdx.x * 32 + threadIdx.x;
    for (int i = row + threadIdx.y; i < row + 32; i += 8)
        if (i < rows && j < columns) out[j * rows + i] = in[i * columns + j];
}

// Both are neighbours: the tile turns in shared memory, whose rows are PITCH apart.
template <int PITCH>
__global__ void transpose_tile(const float* in, float* out, int rows, int columns) {
    __shared__ float tile[32][PITCH];
    const int row = blockIdx.y * 32, column = blockIdx.x * 32, x = threadIdx.x;
    for (int y = threadIdx.y; y < 32; y += 8)
        if (row + y < rows && column + x < columns)
            tile[y][x] = in[(row + y) * columns + column + x];
    __syncthreads();
    for (int y = threadIdx.y; y < 32; y += 8)
        if (column + y < columns && row + x < rows)
            out[(column + y) * rows + row + x] = tile[x][y];
}

struct Sum {
    __device__ float operator()(float a, float b) const {
        return a + b;
    }
};
struct Largest {
    __device__ float operator()(float a, float b) const {
        return fmaxf(a, b);
    }
};

// Combine a value of each thread of the block; all threads get the result. `room` is in
// shared memory, and may be that of an earlier call, which some are still reading.
template <int WARPS, class Combine>
__device__ float over_block(float value, Combine combine, float (&room)[WARPS]) {
    for (int step = 16; step > 0; step /= 2)
        value = combine(value, __shfl_xor_sync(0xffffffffu, value, step));
    __syncthreads();
    if (threadIdx.x % 32 == 0) room[threadIdx.x / 32] = value;
    __syncthreads();
    value = room[0];
    for (int w = 1; w < WARPS; ++w) value = combine(value, room[w]);
    return value;
}

// out[i] = the sum of row i. One thread per row ...
__global__ void row_sum_thread(const float* in, float* out, int rows, int columns) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= rows) return;
    float sum = 0;
    for (int j = 0; j < columns; ++j) sum += in[i * columns + j];
    out[i] = sum;
}

// ... or one block per row.
template <int BLOCK>
__global__ void row_sum_block(const float* in, float* out, int rows, int columns) {
    __shared__ float room[BLOCK / 32];
    const float* row = in + blockIdx.x * columns;
    float sum = 0;
    for (int j = threadIdx.x; j < columns; j += BLOCK) sum += row[j];
    sum = over_block(sum, Sum(), room);
    if (threadIdx.x == 0) out[blockIdx.x] = sum;
}
