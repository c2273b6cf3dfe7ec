// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Softmax of the rows of a matrix: three ways to read it, one block per row.
#pragma once
#include <cfloat>

#include "movement.cuh"

// Reads the row three times: for the largest, for the sum, for the result.
template <int BLOCK>
__global__ void softmax_three(const float* in, float* out, int rows, int columns) {
    __shared__ float room[BLOCK / 32];
    const float* x = in + blockIdx.x * columns;
    float top = -INFINITY, sum = 0;
    for (int j = threadIdx.x; j < columns; j += BLOCK) top = fmaxf(top, x[j]);
    top = over_block(top, Largest(), room);
    for (int j = threadIdx.x; j < columns; j += BLOCK) sum += expf(x[j] - top);
    sum = over_block(sum, Sum(), room);
    for (int j = threadIdx.x; j < columns; j += BLOCK)
        out[blockIdx.x * columns + j] = expf(x[j] - top) / sum;
}

// Twice: each thread rescales its sum whenever its largest grows. The largest begins
// at a finite number: the difference of two infinities would be no number.
template <int BLOCK>
__global__ void softmax_running(const float* in, float* out, int rows, int columns) {
    __shared__ float room[BLOCK / 32];
    const float* x = in + blockIdx.x * columns;
    float mine = -FLT_MAX, sum = 0;
    for (int j = threadIdx.x; j < columns; j += BLOCK) {
        const float value = x[j], larger = fmaxf(mine, value);
        sum = sum * expf(mine - larger) + expf(value - larger);
        mine = larger;
    }
    const float top = over_block(mine, Largest(), room);
    sum = over_block(sum * expf(mine - top), Sum(), room);
    for (int j = threadIdx.x; j < columns; j += BLOCK)
        out[blockIdx.x * columns + j] = expf(x[j] - top) / sum;
}

// Once: the row stays in the registers of the block, up to BLOCK x ITEMS elements.
template <int BLOCK, int ITEMS>
__global__ void softmax_held(const float* in, float* out, int rows, int columns) {
    __shared__ float room[BLOCK / 32];
    const int first = blockIdx.x * columns;
    float held[ITEMS], top = -INFINITY, sum = 0;
#pragma unroll
    for (int i = 0; i < ITEMS; ++i) {
        const int j = i * BLOCK + threadIdx.x;
        held[i] = j < columns ? in[first + j] : -INFINITY;
        top = fmaxf(top, held[i]);
    }
    top = over_block(top, Largest(), room);
#pragma unroll
    for (int i = 0; i < ITEMS; ++i) sum += held[i] = expf(held[i] - top);
    sum = over_block(sum, Sum(), room);
#pragma unroll
    for (int i = 0; i < ITEMS; ++i) {
        const int j = i * BLOCK + threadIdx.x;
        if (j < columns) out[first + j] = held[i] / sum;
    }
}
