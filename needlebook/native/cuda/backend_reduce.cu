// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include <algorithm>

#include "backend_launch.hpp"
#include "backend_reduce.cuh"

namespace device {

// How many parts of at least `least` elements give every multiprocessor eight blocks.
std::size_t parts_of(std::size_t size, std::size_t blocks, std::size_t least) {
    const std::size_t wanted = 8 * static_cast<std::size_t>(processors()) / blocks;
    return std::max<std::size_t>(1, std::min(wanted, size / least));
}

// Parts of the middle axis, then, where there are several, a second pass over them.
template <typename Do>
void reduce(const char* name, const float* a, float* out, std::size_t outer,
            std::size_t size, std::size_t inner) {
    const std::size_t outputs = outer * inner;
    if (outputs == 0) return;
    const std::size_t enough = std::size_t{2048} * processors();
    const bool few = size <= 4 || (inner > 1 && size <= WARP);
    if (few || (inner >= WARP && outputs >= enough)) {
        launch(name, reduce_one<Do>, blocks_for(outputs, THREADS), THREADS, a, out,
               outputs, size, inner);
        return;
    }
    if (inner == 1 && size <= 4 * BLOCK) {
        launch(name, reduce_warp<Do>, blocks_for(outputs, BLOCK / WARP), BLOCK, a, out,
               outputs, size);
        return;
    }
    unsigned wide = inner == 1 ? BLOCK : 1;
    while (inner > wide && wide < WARP) wide *= 2;
    const std::size_t tiles = inner == 1 ? 1 : (inner + wide - 1) / wide;
    const std::size_t least = inner == 1 ? 4 * BLOCK : 4 * (BLOCK / wide);
    const std::size_t parts = parts_of(size, outer * tiles, least);
    const std::size_t length = (size + parts - 1) / parts;
    const Array between(parts > 1 ? outer * parts * inner : 0);
    float* first = parts > 1 ? between.data : out;
    const unsigned blocks = blocks_for(outer * parts * tiles, 1);
    if (inner == 1)
        launch(name, reduce_block<Do>, blocks, BLOCK, a, first, size, parts, length);
    else
        launch(name, reduce_columns<Do>, blocks, dim3(wide, BLOCK / wide), a, first,
               size, inner, parts, length);
    if (parts > 1) reduce<Do>(name, first, out, outer, parts, inner);
}

void reduce_sum(const float* a, float* out, std::size_t outer, std::size_t size,
                std::size_t inner) {
    reduce<Sum>("reduce_sum", a, out, outer, size, inner);
}

void reduce_max(const float* a, float* out, std::size_t outer, std::size_t size,
                std::size_t inner) {
    reduce<Max>("reduce_max", a, out, outer, size, inner);
}

}  // namespace device
