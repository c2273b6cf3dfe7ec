// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Each word of a warp and each atomic operation, to be compared with its definition.
#pragma once
#include "simt.hpp"

// out (4, 32): a value from a named lane, from above, from below, from across.
template <int W>
__global__ void shuffles(const float* in, float* out, int) {
    const int t = threadIdx.x;
    out[t] = __shfl_sync(0xffffffff, in[t], 5 * t + 3, W);
    out[32 + t] = __shfl_up_sync(0xffffffff, in[t], 3, W);
    out[64 + t] = __shfl_down_sync(0xffffffff, in[t], 3, W);
    out[96 + t] = __shfl_xor_sync(0xffffffff, in[t], 5, W);
}

// out (4, 32): even lanes vote, the others do not take part.
__global__ void votes(const float* in, float* out, int) {
    const int t = threadIdx.x, yes = in[t] > 0.0f;
    const unsigned even = 0x55555555;
    if (t % 2 != 0) return;
    const unsigned ballot = __ballot_sync(even, yes);
    out[t] = ballot & 0xffff;
    out[32 + t] = ballot >> 16;
    out[64 + t] = __any_sync(even, yes);
    out[96 + t] = __all_sync(even, yes);
}

// out (6) as integers: count, largest, smallest, first, last; out[5] the sum.
__global__ void atomics(const float* in, float* out, int n) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int* cells = reinterpret_cast<int*>(out);
    const int value = static_cast<int>(in[i]);
    atomicAdd(cells, 1);
    atomicMax(cells + 1, value);
    atomicMin(cells + 2, value);
    atomicCAS(cells + 3, 0, i + 1);
    atomicExch(cells + 4, i + 1);
    atomicAdd(out + 5, in[i]);
}

// out (3) as integers: how many of two blocks came, and which of them saw the other.
__global__ void meet(const float*, float* out, int patience) {
    int* cells = reinterpret_cast<int*>(out);
    atomicAdd(cells, 1);
    for (int i = 0; i < patience && cells[1 + blockIdx.x] == 0; ++i)
        if (atomicAdd(cells, 0) == 2) cells[1 + blockIdx.x] = 1;
}
