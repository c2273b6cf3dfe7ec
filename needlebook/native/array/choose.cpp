// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The table of kernels for the instruction set in use.
#include "../isa.hpp"
#include "kernels.hpp"

namespace nb {
namespace baseline {
extern const Kernels table;
}
#ifdef NB_X86
namespace avx2 {
extern const Kernels table;
}
namespace avx512 {
extern const Kernels table;
}
#endif

const Kernels& kernels() {
#ifdef NB_X86
    if (isa() == Isa::avx512) return avx512::table;
    if (isa() == Isa::avx2) return avx2::table;
#endif
    return baseline::table;
}
}  // namespace nb
