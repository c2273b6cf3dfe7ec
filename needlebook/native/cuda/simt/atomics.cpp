// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Atomic operations: whole reads and writes, also between cores.
#include "observer.hpp"
#include "warp.hpp"

namespace {

// Replace *address by change(*address), undivided, and return what stood there.
template <typename T, typename Change>
T atomically(T* address, Change change, const void* where) {
    if (simt::observer) simt::observer->atomic(address, sizeof(T), where);
    T old, wanted;
    __atomic_load(address, &old, __ATOMIC_RELAXED);
    do wanted = change(old);
    while (!__atomic_compare_exchange(address, &old, &wanted, false, __ATOMIC_SEQ_CST,
                                      __ATOMIC_RELAXED));
    return old;
}

template <typename T>
T add(T* address, T value, const void* where) {
    return atomically(address, [value](T old) { return old + value; }, where);
}

}  // namespace

float atomicAdd(float* address, float value) {
    return add(address, value, __builtin_return_address(0));
}
double atomicAdd(double* address, double value) {
    return add(address, value, __builtin_return_address(0));
}
int atomicAdd(int* address, int value) {
    return add(address, value, __builtin_return_address(0));
}
unsigned atomicAdd(unsigned* address, unsigned value) {
    return add(address, value, __builtin_return_address(0));
}
int atomicMax(int* address, int value) {
    return atomically(
        address, [value](int old) { return std::max(old, value); },
        __builtin_return_address(0));
}
unsigned atomicMax(unsigned* address, unsigned value) {
    return atomically(
        address, [value](unsigned old) { return std::max(old, value); },
        __builtin_return_address(0));
}
int atomicMin(int* address, int value) {
    return atomically(
        address, [value](int old) { return std::min(old, value); },
        __builtin_return_address(0));
}
int atomicExch(int* address, int value) {
    return atomically(
        address, [value](int) { return value; }, __builtin_return_address(0));
}
int atomicCAS(int* address, int expected, int value) {
    return atomically(
        address, [=](int old) { return old == expected ? value : old; },
        __builtin_return_address(0));
}
