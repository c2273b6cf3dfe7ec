// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "operations.hpp"

#include <algorithm>
#include <memory>

#include "threads.hpp"

namespace nb {
namespace {
constexpr size_t kBlock = 512;          // elements that stay in the first cache
constexpr size_t kStreamed = 1u << 20;  // results this long go past the caches

// Rows of a result: at once where short, else block by block past the caches.
void plane(BinaryKernel kernel, const float* a, Steps a_steps, const float* b,
           Steps b_steps, float* out, size_t rows, size_t columns, bool streamed) {
    if (!streamed) return kernel(a, a_steps, b, b_steps, out, rows, columns);
    alignas(64) float block[kBlock];
    for (size_t i = 0; i < rows; ++i, a += a_steps.row, b += b_steps.row)
        for (size_t j = 0; j < columns; j += kBlock) {
            const size_t count = std::min(kBlock, columns - j);
            kernel(a + ptrdiff_t(j) * a_steps.element, a_steps,
                   b + ptrdiff_t(j) * b_steps.element, b_steps, block, 1, count);
            kernels().stream(block, out + i * columns + j, count);
        }
}

// Both operands in steps of 1 or 0 along one axis.
void flat(Binary op, const float* a, ptrdiff_t a_step, const float* b, ptrdiff_t b_step,
          float* out, size_t count) {
    const BinaryKernel kernel = kernels().binary[op];
    parallel(count, count * effort(op), [=](size_t first, size_t last) {
        plane(kernel, a + ptrdiff_t(first) * a_step, {0, a_step},
              b + ptrdiff_t(first) * b_step, {0, b_step}, out + first, 1, last - first,
              count >= kStreamed);
    });
}
}  // namespace

void ewise(Binary op, const Buffer& a, const Buffer& b, Buffer& out) {
    check_size("ewise", a, axes(out.size));
    check_size("ewise", b, axes(out.size));
    flat(op, a.data, 1, b.data, 1, out.data, out.size);
}

void with_number(Binary op, const Buffer& a, float value, Buffer& out) {
    check_size("scalar", a, axes(out.size));
    flat(op, a.data, 1, &value, 0, out.data, out.size);
}

namespace {
Walk<2> walk_of(const Axes& shape, const Axes& one, const Axes& other) {
    Walk<2> walk;
    walk.rank = shape.rank;
    for (int axis = 0; axis < shape.rank; ++axis) {
        walk.size[axis] = size_t(shape.at[axis]);
        walk.step[0][axis] = one.at[axis];
        walk.step[1][axis] = other.at[axis];
    }
    return walk;
}

// Rows that are neither contiguous nor one repeated number are copied first.
bool scattered(const View& view, const Axes& shape) {
    for (int axis = shape.rank - 1; axis >= 0; --axis)
        if (shape.at[axis] != 1)
            return view.strides.at[axis] != 1 && view.strides.at[axis] != 0;
    return false;
}
}  // namespace

void on_views(Binary op, const View& a, const View& b, Buffer& out, const Axes& shape) {
    check_view("view", a, shape);
    check_view("view", b, shape);
    check_size("view", out, shape);
    const size_t count = elements(shape);
    if (count == 0) return;
    const bool first = scattered(a, shape);
    if (count >= 1024 && (first || scattered(b, shape))) {
        Buffer copy(count);
        const View whole{copy, compact_strides(shape), 0};
        assign(first ? a : b, whole, shape);
        return on_views(op, first ? whole : a, first ? b : whole, out, shape);
    }
    Walk<2> walk = walk_of(shape, a.strides, b.strides);
    coalesce(walk);
    const float *x = a.buffer.data + a.offset, *y = b.buffer.data + b.offset;
    if (walk.rank < 2)
        return flat(op, x, walk.element(0), y, walk.element(1), out.data, count);
    parallel(walk.rows(), count * effort(op), [&](size_t from, size_t to) {
        planes(walk, from, to, [&](const ptrdiff_t* at, size_t row, size_t rows) {
            plane(kernels().binary[op], x + at[0], {walk.row(0), walk.element(0)},
                  y + at[1], {walk.row(1), walk.element(1)},
                  out.data + row * walk.columns(), rows, walk.columns(),
                  count >= kStreamed);
        });
    });
}

void each(Unary op, const Buffer& a, Buffer& out) {
    check_size("ewise", a, axes(out.size));
    const UnaryKernel kernel = kernels().unary[op];
    const bool streamed = out.size >= kStreamed;
    parallel(out.size, out.size * effort(op), [&, kernel](size_t first, size_t last) {
        alignas(64) float block[kBlock];
        for (size_t i = first; i < last; i += kBlock) {
            const size_t count = std::min(kBlock, last - i);
            kernel(a.data + i, streamed ? block : out.data + i, count);
            if (streamed) kernels().stream(block, out.data + i, count);
        }
    });
}

namespace {
// The order of axes in which `to` is walked from its longest step to its shortest.
void sort_by_target(Walk<2>& walk) {
    for (int axis = 1; axis < walk.rank; ++axis)
        for (int i = axis; i > 0; --i) {
            if (std::abs(walk.step[1][i - 1]) >= std::abs(walk.step[1][i])) break;
            std::swap(walk.size[i - 1], walk.size[i]);
            for (auto& step : walk.step) std::swap(step[i - 1], step[i]);
        }
}

// Where another axis than the last holds the neighbours of `from`: make it the rows
// of the plane, and say that it is to be transposed.
bool transposed(Walk<2>& walk) {
    const int last = walk.rank - 1;
    if (last < 1 || walk.element(1) != 1 || std::abs(walk.element(0)) < 2) return false;
    for (int axis = 0; axis < last; ++axis) {
        if (walk.step[0][axis] != 1 || walk.size[axis] < 4) continue;
        for (int i = axis; i + 1 < last; ++i) {
            std::swap(walk.size[i], walk.size[i + 1]);
            for (auto& step : walk.step) std::swap(step[i], step[i + 1]);
        }
        return true;
    }
    return false;
}

void assign(const float* from, const Axes& from_strides, const View& to,
            const Axes& shape) {
    Walk<2> walk = walk_of(shape, from_strides, to.strides);
    sort_by_target(walk);
    coalesce(walk);
    const CopyKernel kernel = transposed(walk) ? kernels().transpose : kernels().copy;
    float* target = to.buffer.data + to.offset;
    const size_t rows = walk.rows(), columns = walk.columns();
    const Steps read{walk.row(0), walk.element(0)}, write{walk.row(1), walk.element(1)};
    if (rows > 1)
        return parallel(rows, rows * columns, [&](size_t first, size_t last) {
            planes(walk, first, last, [&](const ptrdiff_t* at, size_t, size_t height) {
                kernel(from + at[0], read, target + at[1], write, height, columns);
            });
        });
    parallel(columns, columns, [&](size_t first, size_t last) {
        kernel(from + ptrdiff_t(first) * read.element, read,
               target + ptrdiff_t(first) * write.element, write, 1, last - first);
    });
}
}  // namespace

void assign(const View& from, const View& to, const Axes& shape) {
    check_view("assign", from, shape);
    check_view("assign", to, shape);
    if (elements(shape))
        assign(from.buffer.data + from.offset, from.strides, to, shape);
}

void assign(float value, const View& to, const Axes& shape) {
    check_view("assign", to, shape);
    Axes still = shape;
    std::fill(still.at, still.at + still.rank, 0);
    if (elements(shape)) assign(&value, still, to, shape);
}

void reduce(Reduction op, const Buffer& a, Buffer& out, size_t outer, size_t size,
            size_t inner) {
    check_size("reduce", a, axes(outer, size, inner));
    check_size("reduce", out, axes(outer, inner));
    if (op == MAX && size == 0 && out.size)
        throw Refused("reduce_max: there is no largest of no elements");
    if (out.size == 0) return;
    const ReduceKernel kernel = kernels().reduce[op];
    constexpr size_t kPart = 1u << 16;
    if (outer == 1 && inner <= 1024 && size * inner >= 2 * kPart) {
        const size_t rows = std::max<size_t>(1, kPart / inner);
        const size_t parts = (size + rows - 1) / rows;
        Buffer partial(parts * inner);
        parallel(parts, a.size, [&](size_t first, size_t last) {
            for (size_t part = first; part < last; ++part)
                kernel(a.data + part * rows * inner, partial.data + part * inner, 1,
                       std::min(rows, size - part * rows), inner, 0, inner);
        });
        return kernel(partial.data, out.data, 1, parts, inner, 0, inner);
    }
    if (outer == 1)
        return parallel(inner, a.size, [&](size_t first, size_t last) {
            kernel(a.data, out.data, 1, size, inner, first, last);
        });
    parallel(outer, a.size, [&](size_t first, size_t last) {
        kernel(a.data + first * size * inner, out.data + first * inner, last - first,
               size, inner, 0, inner);
    });
}

void tiled_product(const Buffer& a, const Buffer& b, Buffer& out, size_t m, size_t n,
                   size_t p) {
    check_size("matmul_tiled", a, axes(m, n));
    check_size("matmul_tiled", b, axes(n, p));
    check_size("matmul_tiled", out, axes(m, p));
    if (m % 8 || n % 8 || p % 8)
        throw Refused("matmul_tiled: m, n and p must be multiples of 8; use matmul");
    kernels().tiles(a.data, b.data, out.data, m, n, p);
}
}  // namespace nb
