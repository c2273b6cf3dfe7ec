// Extracted from the book: edit the chapter, or edit here and run "make sync".
// A launch that is checked and named.
#pragma once
#include "backend_host.hpp"
#include "backend_places.cuh"

namespace device {

constexpr int THREADS = 256;

inline unsigned blocks_for(std::size_t threads, std::size_t per_block) {
    const std::size_t blocks = (threads + per_block - 1) / per_block;
    if (blocks > 0x7fffffff)
        throw Error(
            words("launch of ", blocks, " blocks: a grid has at most 2147483647"));
    return static_cast<unsigned>(blocks);
}

template <typename... P, typename... A>
void launch(const char* name, void (*kernel)(P...), unsigned blocks, dim3 threads,
            const A&... args) {
    if (blocks == 0) return;
    simt::launch(kernel, dim3(blocks), threads, 0, static_cast<P>(args)...);
    launched(name, blocks, threads.x * threads.y * threads.z);
}

// Views of one shape as an argument of a launch. Axes of size 1 go, and neighbours
// that all views walk through in one stride become one: fewer divisions in the kernel.
template <int N>
Views<N> views(const Sizes& shape, const Strided (&given)[N]) {
    Views<N> found{};
    for (int v = 0; v < N; ++v) found.offsets[v] = given[v].offset;
    int& axes = found.axes;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (shape[axis] == 1) continue;
        bool joins = axes > 0;
        for (int v = 0; v < N; ++v)
            joins = joins && found.strides[v].at[axes - 1] ==
                                 given[v].strides[axis] * shape[axis];
        if (!joins && axes == MAX_AXES)
            throw Error(words("a view of ", shape.size(),
                              " axes: the kernels walk over ", MAX_AXES,
                              "; make it compact in steps"));
        if (!joins) found.shape.at[axes++] = 1;
        found.shape.at[axes - 1] *= shape[axis];
        for (int v = 0; v < N; ++v)
            found.strides[v].at[axes - 1] = given[v].strides[axis];
    }
    return found;
}

inline std::size_t elements(const Sizes& shape) {
    std::size_t count = 1;
    for (long long size : shape) count *= static_cast<std::size_t>(size);
    return count;
}

}  // namespace device
