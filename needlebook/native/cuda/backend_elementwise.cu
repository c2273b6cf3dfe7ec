// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "backend_elementwise.cuh"
#include "backend_launch.hpp"

namespace device {

// The launches of one row of the table; `Do` holds its formula.
template <typename Do>
void binary(const float* a, const float* b, float* out, std::size_t size) {
    launch(Do::name, ewise_binary<Do>, blocks_for(size, QUAD * THREADS), THREADS, a, b,
           out, size);
}

template <typename Do>
void scalar(const float* a, float b, float* out, std::size_t size) {
    launch(Do::name, ewise_scalar<Do>, blocks_for(size, QUAD * THREADS), THREADS, a, b,
           out, size);
}

template <typename Do>
void unary(const float* a, float* out, std::size_t size) {
    launch(Do::name, ewise_unary<Do>, blocks_for(size, QUAD * THREADS), THREADS, a, out,
           size);
}

template <typename Do>
void on_views(const Strided& a, const Strided& b, const Sizes& shape, float* out) {
    const std::size_t size = elements(shape);
    launch(Do::name, ewise_views<Do>, blocks_for(size, THREADS), THREADS, a.data,
           b.data, out, size, views<2>(shape, {a, b}));
}

}  // namespace device

namespace device {

#define BINARY_ROW(name, ...) \
    {#name, binary<do_##name>, scalar<do_##name>, on_views<do_##name>},
const std::vector<BinaryRow> binaries{FOR_EACH_BINARY(BINARY_ROW)};

#define UNARY_ROW(name, ...) {#name, unary<do_##name>},
const std::vector<UnaryRow> unaries{FOR_EACH_UNARY(UNARY_ROW)};

const std::vector<BinaryRow>& binary_rows() {
    return binaries;
}

const std::vector<UnaryRow>& unary_rows() {
    return unaries;
}

}  // namespace device
