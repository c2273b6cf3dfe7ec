// Extracted from the book: edit the chapter, or edit here and run "make sync".
// C (m, p) = A (m, n) times B (n, p), for any strides of A and B, counted in floats.
#pragma once
#include <cstddef>

namespace nb {

void matmul_views(const float* a, std::ptrdiff_t a_rs, std::ptrdiff_t a_cs,
                  const float* b, std::ptrdiff_t b_rs, std::ptrdiff_t b_cs, float* c,
                  std::ptrdiff_t c_rs, std::size_t m, std::size_t n, std::size_t p);

// The same by tiles of 14 x 32 and slowly, on one thread; loads[0] becomes the numbers
// read through the operands, loads[1] those from packed copies. In the ladder only.
void matmul_counted(const float* a, const float* b, float* c, std::size_t m,
                    std::size_t n, std::size_t p, std::size_t* loads);

// Floating-point operations in `steps` steps of independent multiply-adds.
double multiply_adds(std::size_t steps);

}  // namespace nb
