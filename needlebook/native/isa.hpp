// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Which instruction set runs: one answer for all native parts of a process.
#pragma once
#include <atomic>
#include <string>

namespace nb {

enum class Isa { baseline, avx2, avx512 };

// The best that the processor has, at most what NEEDLEBOOK_ISA names. Throws
// std::invalid_argument where that is none of the three.
Isa best_isa();

// Where the answer is kept.
struct IsaChoice {
    std::atomic<Isa> isa{best_isa()};
};

// Keep it where the other parts have theirs. Before that, the answer is baseline.
void share_isa(IsaChoice& with);

Isa isa();
const char* isa_name();

// Change the answer for all parts, between computations; false where the processor
// has no set called `name`.
bool use_isa(const std::string& name);

}  // namespace nb
