// Extracted from the book: edit the chapter, or edit here and run "make sync".
// What the door to Python calls: kernels by name, no CUDA in the types.
#pragma once
#include <vector>

#include "backend_pool.hpp"
#include "backend_runtime.hpp"

namespace device {

using Sizes = std::vector<long long>;

// A view of a buffer: strides and offset count elements.
struct Strided {
    const float* data;
    Sizes strides;
    long long offset;
};

void fill(float* out, std::size_t size, float value);
void compact(const Strided& a, const Sizes& shape, float* out);
void set(const float* a, const Strided& out, const Sizes& shape);
void set_scalar(float value, const Strided& out, const Sizes& shape);

// `places`: `size` numbers in the host's memory, each of an element that exists.
void take(const float* a, const long long* places, float* out, std::size_t size);
void put_add(const float* a, const long long* places, float* out, std::size_t size);
void where(const float* condition, const float* a, const float* b, float* out,
           std::size_t size);

using Binary = void (*)(const float* a, const float* b, float* out, std::size_t size);
using Scalar = void (*)(const float* a, float b, float* out, std::size_t size);
using Unary = void (*)(const float* a, float* out, std::size_t size);
using OnViews = void (*)(const Strided& a, const Strided& b, const Sizes& shape,
                         float* out);

struct BinaryRow {
    const char* name;
    Binary ewise;
    Scalar scalar;
    OnViews views;
};
struct UnaryRow {
    const char* name;
    Unary ewise;
};
const std::vector<BinaryRow>& binary_rows();
const std::vector<UnaryRow>& unary_rows();

void reduce_sum(const float* a, float* out, std::size_t outer, std::size_t size,
                std::size_t inner);
void reduce_max(const float* a, float* out, std::size_t outer, std::size_t size,
                std::size_t inner);
// out (batch, m, p), compact, of views (batch, m, n) and (batch, n, p).
void product(const Strided& a, const Strided& b, float* out, std::size_t batch,
             std::size_t m, std::size_t n, std::size_t p);

}  // namespace device
