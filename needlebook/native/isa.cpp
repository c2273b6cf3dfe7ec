// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "isa.hpp"

#include <cstdlib>
#include <stdexcept>

namespace nb {
namespace {
constexpr const char* NAMES[] = {"baseline", "avx2", "avx512"};
std::atomic<Isa> alone{Isa::baseline};
std::atomic<Isa>* shared = &alone;

// The place of `name` in NAMES, or -1.
int place_of(const std::string& name) {
    for (int i = 0; i < 3; ++i)
        if (name == NAMES[i]) return i;
    return -1;
}

bool has(int place) {
    if (place == 0) return true;
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    const bool two = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (place == 1) return two;
    return two && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
}
}  // namespace

Isa best_isa() {
    const char* told = std::getenv("NEEDLEBOOK_ISA");
    const std::string most = told && *told ? told : "avx512";
    int place = place_of(most);
    if (place < 0)
        throw std::invalid_argument("NEEDLEBOOK_ISA is " + most +
                                    "; it may be baseline, avx2 or avx512, and without "
                                    "it the best there is runs");
    while (!has(place)) --place;
    return Isa(place);
}

void share_isa(IsaChoice& with) {
    shared = &with.isa;
}

Isa isa() {
    return shared->load(std::memory_order_relaxed);
}

const char* isa_name() {
    return NAMES[int(isa())];
}

bool use_isa(const std::string& name) {
    const int place = place_of(name);
    if (place < 0 || !has(place)) return false;
    shared->store(Isa(place));
    return true;
}
}  // namespace nb
