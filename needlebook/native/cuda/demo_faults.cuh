// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Kernels with one fault each, for the checking build to find.
#pragma once
#include "demo_steps.cuh"

// Written for hardware on which a warp went in step.
__global__ void in_step(const float* in, float* out, int) {
    __shared__ float box[32];
    const int t = threadIdx.x;
    box[t] = in[t];
    for (int step = 16; step > 0; step /= 2)
        if (t < step) box[t] += box[t + step];
    if (t == 0) out[0] = box[0];
}

// The same, with what is needed since then.
__global__ void not_in_step(const float* in, float* out, int) {
    __shared__ float box[32];
    const int t = threadIdx.x;
    box[t] = in[t];
    for (int step = 16; step > 0; step /= 2) {
        __syncwarp();
        if (t < step) box[t] += box[t + step];
    }
    if (t == 0) out[0] = box[0];
}

// A reader may come before the writer.
__global__ void no_barrier(const float* in, float* out, int) {
    __shared__ float box[256];
    const int first = blockIdx.x * blockDim.x, t = threadIdx.x;
    box[t] = in[first + t];
    out[first + t] = box[blockDim.x - 1 - t];
}

// Half of the block never comes to the barrier.
__global__ void half_a_barrier(const float* in, float* out, int) {
    const int t = threadIdx.x;
    if (t < blockDim.x / 2) {
        out[t] = in[t];
        __syncthreads();
    }
}

// Both halves come to a barrier, but not to the same one.
__global__ void two_barriers(const float* in, float* out, int) {
    const int t = threadIdx.x;
    if (t % 2 == 0) {
        out[t] = in[t];
        __syncthreads();
    } else {
        __syncthreads();
        out[t] = in[t - 1];
    }
}

// The last block has more threads than there are numbers.
__global__ void no_bound(const float* in, float* out, int) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    out[i] = in[i];
}

// The last thread looks one further than the array is long.
__global__ void one_too_far(const float* in, float* out, int) {
    __shared__ float box[32];
    const int t = threadIdx.x;
    box[t] = in[t];
    __syncthreads();
    out[t] = box[t + 1] - box[t];
}

// Nobody fetches the last number.
__global__ void no_halo(const float* in, float* out, int) {
    __shared__ float box[33];
    const int t = threadIdx.x;
    box[t] = in[t];
    __syncthreads();
    out[t] = box[t + 1] - box[t];
}

// Every block adds to one number, without an atomic operation.
__global__ void lost_updates(const float* in, float* out, int) {
    if (threadIdx.x == 0) out[0] += in[blockIdx.x];
}

// Every block takes a number, in a variable of the device.
__device__ int tickets;
__global__ void lost_tickets(const float*, float* out, int) {
    if (threadIdx.x == 0) out[blockIdx.x] = tickets++;
}

// A lane asks for a value from a warp that half of its lanes never join.
__global__ void half_a_warp(const float* in, float* out, int) {
    const int t = threadIdx.x;
    float value = in[t];
    if (t < 16) value += __shfl_down_sync(0xffffffff, value, 8);
    __syncthreads();
    out[t] = value;
}

// A block of 24 threads adds up 32 lanes.
__global__ void short_warp(const float* in, float* out, int) {
    const float sum = warp_sum(in[threadIdx.x]);
    if (threadIdx.x == 0) out[0] = sum;
}

// 80 KB of a thread's own: a GPU has room for it, far away.
__global__ void large_stack(const float* in, float* out, int) {
    const int t = threadIdx.x;
    float own[20000];
    for (int i = 0; i < 20000; ++i) own[i] = in[t] + i;
    out[t] = own[t];
}
