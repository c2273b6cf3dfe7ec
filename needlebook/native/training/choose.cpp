// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The compiled loops for the instruction set in use.
#include "../isa.hpp"
#include "passes.hpp"
#include "products.hpp"

namespace nb::training {

#define NB_DECLARE(isa)             \
    namespace isa {                 \
    extern const Products table;    \
    extern const Passes all_passes; \
    }

NB_DECLARE(baseline)
#if defined(__x86_64__) && !defined(NB_ALONE)
NB_DECLARE(avx2)
NB_DECLARE(avx512)
#endif

struct Choice {
    const Products* products;
    const Passes* passes;
};

static Choice choice() {
#if defined(__x86_64__) && !defined(NB_ALONE)
    if (isa() == Isa::avx512) return {&avx512::table, &avx512::all_passes};
    if (isa() == Isa::avx2) return {&avx2::table, &avx2::all_passes};
#endif
    return {&baseline::table, &baseline::all_passes};
}

const Products& products() {
    return *choice().products;
}

const Passes& passes() {
    return *choice().passes;
}

}  // namespace nb::training
