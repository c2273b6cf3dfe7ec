// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Kernels that pick elements: by the numbers of their places, or by a condition.
#pragma once
#include "backend_places.cuh"

__global__ void take_places(const float* a, const long long* places, float* out,
                            size_t size) {
    const size_t index = thread_number();
    if (index < size) out[index] = a[places[index]];
}

// Several threads may name one place: each addition must be a whole one.
__global__ void add_to_places(const float* a, const long long* places, float* out,
                              size_t size) {
    const size_t index = thread_number();
    if (index < size) atomicAdd(out + places[index], a[index]);
}

__global__ void choose(const float* condition, const float* a, const float* b,
                       float* out, size_t size) {
    const size_t index = thread_number();
    if (index < size) out[index] = condition[index] != 0.0f ? a[index] : b[index];
}
