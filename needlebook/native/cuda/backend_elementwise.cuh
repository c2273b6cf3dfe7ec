// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Elementwise functions: one table, and three kernels for each row of it.
#pragma once
#include "backend_places.cuh"

#define FOR_EACH_BINARY(ROW)   \
    ROW(add, a + b)            \
    ROW(sub, a - b)            \
    ROW(mul, (a * b))          \
    ROW(div, a / b)            \
    ROW(power, powf(a, b))     \
    ROW(maximum, larger(a, b)) \
    ROW(eq, float(a == b))     \
    ROW(ne, float(a != b))     \
    ROW(ge, float(a >= b))     \
    ROW(gt, float(a > b))      \
    ROW(le, float(a <= b))     \
    ROW(lt, float(a < b))

#define FOR_EACH_UNARY(ROW) \
    ROW(neg, -a)            \
    ROW(log, logf(a))       \
    ROW(exp, expf(a))       \
    ROW(tanh, tanhf(a))     \
    ROW(sqrt, sqrtf(a))

// As NumPy has it: what is not a number wins.
__device__ __forceinline__ float larger(float a, float b) {
    return a > b || a != a ? a : b;
}

#define DEFINE_BINARY(row, ...)                                        \
    struct do_##row {                                                  \
        static constexpr const char* name = #row;                      \
        static __device__ __forceinline__ float at(float a, float b) { \
            return __VA_ARGS__;                                        \
        }                                                              \
    };
#define DEFINE_UNARY(row, ...)                                \
    struct do_##row {                                         \
        static constexpr const char* name = #row;             \
        static __device__ __forceinline__ float at(float a) { \
            return __VA_ARGS__;                               \
        }                                                     \
    };
FOR_EACH_BINARY(DEFINE_BINARY)
FOR_EACH_UNARY(DEFINE_UNARY)

constexpr int QUAD = 4;

// Two compact arrays: four elements a thread, loaded and stored as one float4.
template <typename Do>
__global__ void ewise_binary(const float* a, const float* b, float* out, size_t size) {
    const size_t i = QUAD * thread_number();
    if (i + QUAD <= size) {
        const float4 x = *reinterpret_cast<const float4*>(a + i);
        const float4 y = *reinterpret_cast<const float4*>(b + i);
        *reinterpret_cast<float4*>(out + i) = make_float4(
            Do::at(x.x, y.x), Do::at(x.y, y.y), Do::at(x.z, y.z), Do::at(x.w, y.w));
    } else {
        for (size_t j = i; j < size; ++j) out[j] = Do::at(a[j], b[j]);
    }
}

template <typename Do>
__global__ void ewise_scalar(const float* a, float b, float* out, size_t size) {
    const size_t i = QUAD * thread_number();
    if (i + QUAD <= size) {
        const float4 x = *reinterpret_cast<const float4*>(a + i);
        *reinterpret_cast<float4*>(out + i) =
            make_float4(Do::at(x.x, b), Do::at(x.y, b), Do::at(x.z, b), Do::at(x.w, b));
    } else {
        for (size_t j = i; j < size; ++j) out[j] = Do::at(a[j], b);
    }
}

template <typename Do>
__global__ void ewise_unary(const float* a, float* out, size_t size) {
    const size_t i = QUAD * thread_number();
    if (i + QUAD <= size) {
        const float4 x = *reinterpret_cast<const float4*>(a + i);
        *reinterpret_cast<float4*>(out + i) =
            make_float4(Do::at(x.x), Do::at(x.y), Do::at(x.z), Do::at(x.w));
    } else {
        for (size_t j = i; j < size; ++j) out[j] = Do::at(a[j]);
    }
}

// Two views of one shape, broadcast ones too: stride 0 repeats.
template <typename Do>
__global__ void ewise_views(const float* a, const float* b, float* out, size_t size,
                            Views<2> views) {
    const size_t index = thread_number();
    if (index >= size) return;
    long long places[2];
    find(index, views, places);
    out[index] = Do::at(a[places[0]], b[places[1]]);
}
