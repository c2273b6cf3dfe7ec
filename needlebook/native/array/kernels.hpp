// Extracted from the book: edit the chapter, or edit here and run "make sync".
// What the kernels of one instruction set offer. `Steps`: how far it is in memory to
// the next row and to the next element of a row, in elements.
#pragma once

#include <cstddef>
#include <string>

namespace nb {
using std::ptrdiff_t;
using std::size_t;

struct Steps {
    ptrdiff_t row, element;
};

enum Binary { ADD, SUB, MUL, DIV, POWER, MAXIMUM, EQ, NE, GE, GT, LE, LT, BINARIES };
enum Unary { NEG, LOG, EXP, TANH, SQRT, UNARIES };
enum Reduction { SUM, MAX, REDUCTIONS };

// `out` holds rows * columns elements, compact.
using BinaryKernel = void (*)(const float* a, Steps a_steps, const float* b,
                              Steps b_steps, float* out, size_t rows, size_t columns);
using UnaryKernel = void (*)(const float* a, float* out, size_t count);
using CopyKernel = void (*)(const float* from, Steps from_steps, float* to,
                            Steps to_steps, size_t rows, size_t columns);
// a (outer, size, inner), compact; out (outer, inner), only columns first to last.
using ReduceKernel = void (*)(const float* a, float* out, size_t outer, size_t size,
                              size_t inner, size_t first, size_t last);

struct Kernels {
    const char* isa;
    BinaryKernel binary[BINARIES];
    UnaryKernel unary[UNARIES];
    CopyKernel copy, transpose;
    void (*stream)(const float* from, float* to, size_t count);
    ReduceKernel reduce[REDUCTIONS];
    void (*tiles)(const float* a, const float* b, float* out, size_t m, size_t n,
                  size_t p);
};

// Those in use; use_isa is false where the processor lacks the instructions.
const Kernels& kernels();
bool use_isa(const std::string& name);
}  // namespace nb
