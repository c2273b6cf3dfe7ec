// Extracted from the book: edit the chapter, or edit here and run "make sync".
// A pointer that counts what is read through it.
#pragma once
#include <cstddef>

namespace nb {

struct Counting {
    const float* at;
    std::size_t* loads;
    float operator[](std::ptrdiff_t i) const {
        ++*loads;
        return at[i];
    }
    Counting operator+(std::ptrdiff_t i) const {
        return {at + i, loads};
    }
};

// Where `count` numbers lie that are read together, and counted if `from` counts.
inline const float* several(const float* from, std::ptrdiff_t) {
    return from;
}
inline const float* several(Counting from, std::ptrdiff_t count) {
    *from.loads += count;
    return from.at;
}

}  // namespace nb
