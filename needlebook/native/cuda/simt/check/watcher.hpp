// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The checking build's eyes.
#pragma once
#include <cstddef>
#include <cstdint>

#include "../observer.hpp"

namespace simt {

// Called before a kernel reads or writes `bytes` at `at`; `where` follows the access.
void seen(const void* at, std::size_t bytes, bool write, const void* where);

// Called where an index is outside the array's declared type.
void out_of_array(const char* type, std::intptr_t index, const void* where);

}  // namespace simt
