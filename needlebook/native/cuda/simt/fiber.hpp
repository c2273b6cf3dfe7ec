// Extracted from the book: edit the chapter, or edit here and run "make sync".
// A fiber is a stack of its own and the place where it stopped.
#pragma once
#include <cstddef>

namespace simt {

struct Fiber {
    void* stopped = nullptr;
};

// Make a fiber that will call `entry`, which must never return.
void prepare(Fiber& fiber, char* stack, std::size_t size, void (*entry)());

// Stop here, remember the place in `from`, and go on where `to` stopped.
void switch_fibers(Fiber& from, Fiber& to);

}  // namespace simt
