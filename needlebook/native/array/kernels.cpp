// Extracted from the book: edit the chapter, or edit here and run "make sync".
// One compilation for each instruction set: NB_ISA is baseline, avx2 or avx512.
#include "kernels.hpp"

#include <cstdint>
#include <cstring>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#define NB_TEXT(name) #name
#define NB_NAME(name) NB_TEXT(name)

namespace nb {
namespace NB_ISA {
namespace {
// clang-format off: each part stands on the one before
#include "elementwise.hpp"
#include "transcendental.hpp"
#include "copies.hpp"
#include "reductions.hpp"
#include "tiles.hpp"
// clang-format on
}  // namespace

extern const Kernels table;
const Kernels table = {
    NB_NAME(NB_ISA),
    {binary<Add>, binary<Sub>, binary<Mul>, binary<Div>, binary<Power>, binary<Maximum>,
     binary<Eq>, binary<Ne>, binary<Ge>, binary<Gt>, binary<Le>, binary<Lt>},
    {unary<Neg>, unary<Log>, unary<Exp>, unary<Tanh>, unary<Sqrt>},
    copy,
    transpose,
    stream,
    {reduce<Sum>, reduce<Max>},
    tiles,
};
}  // namespace NB_ISA
}  // namespace nb
