// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include <algorithm>
#include <cstdint>

#include "backend_launch.hpp"
#include "backend_product.cuh"

namespace device {

// A stack of matrices whose lines go along axis `line` and whose sums along `depth`.
Operand operand(const Strided& a, int line, int depth) {
    const float* data = a.data + a.offset;
    const long long batch = a.strides[0], lines = a.strides[line],
                    deep = a.strides[depth];
    const bool whole = reinterpret_cast<std::uintptr_t>(data) % 16 == 0 &&
                       batch % 4 == 0 &&
                       ((lines == 1 && deep % 4 == 0) || (deep == 1 && lines % 4 == 0));
    return {data, batch, lines, deep, whole};
}

// Whether neighbours in depth are nearer to each other than neighbouring lines.
bool is_deep(const Operand& a) {
    return std::llabs(a.depth) < std::llabs(a.line);
}

template <int WARPS_Y, int WARPS_X>
void in_tiles(const Operand& a, const Operand& b, float* out, std::size_t batch,
              std::size_t m, std::size_t n, std::size_t p) {
    const std::size_t down = (m + 64 * WARPS_Y - 1) / (64 * WARPS_Y);
    const std::size_t across = (p + 32 * WARPS_X - 1) / (32 * WARPS_X);
    const std::size_t blocks = down * across * batch;
    const std::size_t wanted = 2 * static_cast<std::size_t>(processors()) / blocks;
    std::size_t parts = std::max<std::size_t>(1, std::min(wanted, n / (16 * DEPTH)));
    const std::size_t steps = (n + DEPTH - 1) / DEPTH;
    const std::size_t length = (steps + parts - 1) / parts * DEPTH;
    const Array between(parts > 1 ? batch * parts * m * p : 0);
    float* to = parts > 1 ? between.data : out;
    auto kernel = is_deep(a) ? (is_deep(b) ? ::product<WARPS_Y, WARPS_X, true, true>
                                           : ::product<WARPS_Y, WARPS_X, true, false>)
                             : (is_deep(b) ? ::product<WARPS_Y, WARPS_X, false, true>
                                           : ::product<WARPS_Y, WARPS_X, false, false>);
    launch("matmul", kernel, blocks_for(blocks * parts, 1), 32 * WARPS_Y * WARPS_X, a,
           b, to, m, n, p, parts, length);
    if (parts > 1) reduce_sum(to, out, batch, parts, m * p);
}

void product(const Strided& a, const Strided& b, float* out, std::size_t batch,
             std::size_t m, std::size_t n, std::size_t p) {
    if (batch == 0 || m == 0 || p == 0) return;
    if (std::max({m, n, p}) > 0x7fffff00)
        throw Error(words("matmul: sizes ", m, ", ", n, ", ", p, " reach beyond 2^31"));
    const Operand one = operand(a, 1, 2), other = operand(b, 2, 1);
    const std::size_t large = (m + 127) / 128 * ((p + 127) / 128) * batch;
    if (large >= static_cast<std::size_t>(processors()))
        in_tiles<2, 4>(one, other, out, batch, m, n, p);
    else
        in_tiles<1, 2>(one, other, out, batch, m, n, p);
}

}  // namespace device
