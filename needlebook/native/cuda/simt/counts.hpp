// Extracted from the book: edit the chapter, or edit here and run "make sync".
// What was counted since the last reset.
#pragma once
#include <cstdint>

// One list serves the struct, its sums and its Python dictionary.
#define SIMT_COUNTERS(each)                                                          \
    each(launches) each(blocks) each(threads) each(barriers) each(warp_steps)        \
        each(global_loads) each(global_stores) each(atomics) each(global_load_bytes) \
            each(global_store_bytes) each(load_requests) each(load_sectors)          \
                each(load_lines) each(store_requests) each(store_sectors)            \
                    each(store_lines) each(shared_loads) each(shared_stores)         \
                        each(shared_requests) each(shared_passes) each(bank_conflicts)

namespace simt {

struct Counters {
#define ENTRY(name) std::uint64_t name = 0;
    SIMT_COUNTERS(ENTRY)
#undef ENTRY
};

Counters& counters();
void reset_counters();

}  // namespace simt
