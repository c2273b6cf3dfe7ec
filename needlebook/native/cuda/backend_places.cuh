// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Views on the device: from the number of a thread to the place of its element.
#pragma once
#include "simt.hpp"

constexpr int MAX_AXES = 8;

// Sizes or strides, of a fixed size: they travel with the arguments of a launch.
struct CudaVec {
    long long at[MAX_AXES];
};

// N views of one shape: element (i, j, ...) of view v is the element
// offsets[v] + i * strides[v].at[0] + j * strides[v].at[1] + ... of its buffer.
template <int N>
struct Views {
    int axes;
    CudaVec shape, strides[N];
    long long offsets[N];
};

__device__ __forceinline__ size_t thread_number() {
    return static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

// Places of element number `index`, counted row by row, in each of the views.
template <int N, typename Index>
__device__ __forceinline__ void walk(Index index, const Views<N>& views,
                                     long long (&places)[N]) {
    for (int v = 0; v < N; ++v) places[v] = views.offsets[v];
    for (int axis = views.axes - 1; axis >= 0; --axis) {
        const Index size = static_cast<Index>(views.shape.at[axis]);
        const long long along = index % size;
        index /= size;
        for (int v = 0; v < N; ++v) places[v] += along * views.strides[v].at[axis];
    }
}

// A division of 64 bits takes a GPU several times as long as one of 32.
template <int N>
__device__ __forceinline__ void find(size_t index, const Views<N>& views,
                                     long long (&places)[N]) {
    if (index >> 32)
        walk<N, unsigned long long>(index, views, places);
    else
        walk<N, unsigned>(static_cast<unsigned>(index), views, places);
}
