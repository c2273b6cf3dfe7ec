// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The words of a warp: 32 threads that hand each other values.
#pragma once
#include <cstdint>
#include <cstring>

#include "words.hpp"

void __syncthreads();
void __syncwarp(unsigned mask = 0xffffffffu);
void __threadfence();
void __threadfence_block();

// Not inlined, so that its return address is a place in the kernel.
#define SIMT_APART __attribute__((noinline))

namespace simt {

enum class Ask { barrier, sync, shuffle, ballot };

unsigned lane();

// Give `value` to the lanes of `mask`, wait for theirs, take the answer.
std::uint64_t exchange(Ask ask, unsigned mask, std::uint64_t value, int source,
                       const void* where);

template <typename T>
T shuffle(unsigned mask, T value, int source, const void* where) {
    static_assert(sizeof(T) <= 8, "a lane hands over 8 bytes at most");
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    bits = exchange(Ask::shuffle, mask, bits, source, where);
    std::memcpy(&value, &bits, sizeof(T));
    return value;
}

}  // namespace simt

template <typename T>
SIMT_APART T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
    const int lane = simt::lane(), first = lane & ~(width - 1);
    return simt::shuffle(mask, value, first + (source & (width - 1)),
                         __builtin_return_address(0));
}

template <typename T>
SIMT_APART T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    const int lane = simt::lane(), end = (lane & ~(width - 1)) + width;
    const int source = lane + static_cast<int>(delta);
    return simt::shuffle(mask, value, source < end ? source : lane,
                         __builtin_return_address(0));
}

template <typename T>
SIMT_APART T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    const int lane = simt::lane(), first = lane & ~(width - 1);
    const int source = lane - static_cast<int>(delta);
    return simt::shuffle(mask, value, source >= first ? source : lane,
                         __builtin_return_address(0));
}

template <typename T>
SIMT_APART T __shfl_xor_sync(unsigned mask, T value, int flip, int width = 32) {
    const int lane = simt::lane(), end = (lane & ~(width - 1)) + width;
    const int source = lane ^ flip;
    return simt::shuffle(mask, value, source < end ? source : lane,
                         __builtin_return_address(0));
}

unsigned __ballot_sync(unsigned mask, int predicate);
int __any_sync(unsigned mask, int predicate);
int __all_sync(unsigned mask, int predicate);

float atomicAdd(float* address, float value);
double atomicAdd(double* address, double value);
int atomicAdd(int* address, int value);
unsigned atomicAdd(unsigned* address, unsigned value);
int atomicMax(int* address, int value);
unsigned atomicMax(unsigned* address, unsigned value);
int atomicMin(int* address, int value);
int atomicExch(int* address, int value);
int atomicCAS(int* address, int expected, int value);
