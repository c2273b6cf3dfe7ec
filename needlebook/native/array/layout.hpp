// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Walking over strided arrays: few long rows instead of many indices.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "memory.hpp"

namespace nb {
constexpr int kMaxRank = 32;

// A shape, or strides, as Python gives it.
struct Axes {
    int rank = 0;
    ptrdiff_t at[kMaxRank];
};

struct View {
    const Buffer& buffer;
    Axes strides;
    ptrdiff_t offset;
};

// K arrays of one shape, walked together.
template <int K>
struct Walk {
    int rank = 0;
    size_t size[kMaxRank];
    ptrdiff_t step[K][kMaxRank];

    size_t columns() const {
        return rank ? size[rank - 1] : 1;
    }
    size_t rows() const {
        size_t count = 1;
        for (int axis = 0; axis + 1 < rank; ++axis) count *= size[axis];
        return count;
    }
    ptrdiff_t element(int k) const {
        return rank ? step[k][rank - 1] : 0;
    }
    ptrdiff_t row(int k) const {
        return rank > 1 ? step[k][rank - 2] : 0;
    }
};

// Drop axes of size 1 and join neighbours that every array walks without a gap.
template <int K>
void coalesce(Walk<K>& walk) {
    int last = -1;
    for (int axis = 0; axis < walk.rank; ++axis) {
        const size_t size = walk.size[axis];
        if (size == 1) continue;
        bool joined = last >= 0;
        for (int k = 0; k < K && joined; ++k)
            joined = walk.step[k][last] == walk.step[k][axis] * ptrdiff_t(size);
        if (joined) {
            walk.size[last] *= size;
        } else {
            walk.size[++last] = size;
        }
        for (int k = 0; k < K; ++k) walk.step[k][last] = walk.step[k][axis];
    }
    walk.rank = last + 1;
}

// Call f(at, row, rows) for each plane of rows `first` to `last`; at[k]: where the
// plane begins in array k. The last two axes are the plane.
template <int K, class F>
void planes(const Walk<K>& walk, size_t first, size_t last, F f) {
    const size_t height = walk.rank > 1 ? walk.size[walk.rank - 2] : 1;
    while (first < last) {
        ptrdiff_t at[K] = {};
        size_t rest = first;
        for (int axis = walk.rank - 2; axis >= 0; rest /= walk.size[axis--])
            for (int k = 0; k < K; ++k)
                at[k] += ptrdiff_t(rest % walk.size[axis]) * walk.step[k][axis];
        const size_t left = height - first % height;
        const size_t rows = left < last - first ? left : last - first;
        f(at, first, rows);
        first += rows;
    }
}

struct Refused : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

template <class... Sizes>
Axes axes(Sizes... sizes) {
    return {int(sizeof...(sizes)), {ptrdiff_t(sizes)...}};
}

size_t elements(const Axes& shape);
Axes compact_strides(const Axes& shape);
void check_view(const char* name, const View& view, const Axes& shape);
void check_size(const char* name, const Buffer& buffer, const Axes& shape);
}  // namespace nb
