// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The operations of the backend: checks, walks, threads, and a kernel inside.
#pragma once

#include "kernels.hpp"
#include "layout.hpp"

namespace nb {
// What one number costs, in additions: the measure for threads and for Python's lock.
constexpr size_t effort(Binary op) {
    return op == POWER ? 16 : 1;
}
constexpr size_t effort(Unary op) {
    return op == NEG ? 1 : 4;
}

void ewise(Binary op, const Buffer& a, const Buffer& b, Buffer& out);
void with_number(Binary op, const Buffer& a, float value, Buffer& out);
void on_views(Binary op, const View& a, const View& b, Buffer& out, const Axes& shape);
void each(Unary op, const Buffer& a, Buffer& out);
// Elements of one view to the places of another; strides of `from` may be 0.
void assign(const View& from, const View& to, const Axes& shape);
void assign(float value, const View& to, const Axes& shape);
void reduce(Reduction op, const Buffer& a, Buffer& out, size_t outer, size_t size,
            size_t inner);
void tiled_product(const Buffer& a, const Buffer& b, Buffer& out, size_t m, size_t n,
                   size_t p);
}  // namespace nb
