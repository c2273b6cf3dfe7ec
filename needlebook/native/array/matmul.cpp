// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "matmul.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "../isa.hpp"
#include "counting.hpp"
#include "kernels.hpp"
#include "memory.hpp"
#include "threads.hpp"
#ifdef _OPENMP
#include <omp.h>
#endif

namespace nb {
namespace {
using std::ptrdiff_t;
using std::size_t;

struct Product {
    const float* a;
    ptrdiff_t a_rs, a_cs;
    const float* b;
    ptrdiff_t b_rs, b_cs;
    float* c;
    ptrdiff_t c_rs, m, n, p;
};

constexpr ptrdiff_t DEPTH = 384, COLUMNS = 1024, ROW_TILES = 12;
constexpr ptrdiff_t FEW_ROWS = 64, FEW_COLUMNS = 64;
constexpr double WORTH_THREADS = 8e6;  // floating-point operations

// How many pieces of at most `size` make `all`.
ptrdiff_t parts(ptrdiff_t all, ptrdiff_t size) {
    return (all + size - 1) / size;
}

#ifdef _OPENMP
int team_size() {
    return omp_in_parallel() ? omp_get_num_threads() : get_threads();
}
int thread() {
    return omp_in_parallel() ? omp_get_thread_num() : 0;
}
#else
int team_size() {
    return 1;
}
int thread() {
    return 0;
}
#endif

// body(0) to body(count - 1), shared among the threads of a parallel region if `many`.
template <class Body>
void spread(bool many, ptrdiff_t count, Body body) {
    if (many) {
#pragma omp for schedule(dynamic, 1)
        for (ptrdiff_t i = 0; i < count; ++i) body(i);
    } else {
        for (ptrdiff_t i = 0; i < count; ++i) body(i);
    }
}

// Memory of this thread for `size` floats, kept for the next product.
float* scratch(size_t size) {
    struct Kept {
        float* at = nullptr;
        size_t size = 0;
        ~Kept() {
            std::free(at);
        }
    };
    static thread_local Kept kept;
    if (kept.size < size) {
        std::free(kept.at);
        kept.size = 0;
        const size_t bytes = (4 * size + 63) / 64 * 64;
        kept.at = static_cast<float*>(std::aligned_alloc(64, bytes));
        if (!kept.at) throw OutOfMemory(bytes);
        kept.size = size;
    }
    return kept.at;
}

using In = const float*;  // operands and copies are read as they lie
In far(In at) {
    return at;
}
In near(In at) {
    return at;
}
}  // namespace
#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,avx2,fma")
namespace avx512 {
namespace {
constexpr int W = 16, R_MAX = 14, V_MAX = 2;
#include "matmul_kernel.hpp"
}  // namespace
}  // namespace avx512
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
namespace {
constexpr int W = 8, R_MAX = 6, V_MAX = 2;
#include "matmul_kernel.hpp"
}  // namespace
}  // namespace avx2
#pragma GCC pop_options
#endif
namespace baseline {
namespace {
#ifdef __aarch64__
constexpr int W = 4, R_MAX = 9, V_MAX = 3;
#else
constexpr int W = 4, R_MAX = 6, V_MAX = 2;
#endif
#include "matmul_kernel.hpp"
}  // namespace
}  // namespace baseline

void matmul_views(const float* a, ptrdiff_t a_rs, ptrdiff_t a_cs, const float* b,
                  ptrdiff_t b_rs, ptrdiff_t b_cs, float* c, ptrdiff_t c_rs, size_t m,
                  size_t n, size_t p) {
    if (n == 0)
        for (size_t i = 0; i < m; ++i) std::fill_n(c + ptrdiff_t(i) * c_rs, p, 0.0f);
    if (m == 0 || n == 0 || p == 0) return;
    const Product of{a,    a_rs,         a_cs,         b,           b_rs, b_cs, c,
                     c_rs, ptrdiff_t(m), ptrdiff_t(n), ptrdiff_t(p)};
#if defined(__x86_64__) && defined(__GNUC__)
    if (isa() == Isa::avx512) return avx512::product(of);
    if (isa() == Isa::avx2) return avx2::product(of);
#endif
    baseline::product(of);
}

double multiply_adds(size_t steps) {
#if defined(__x86_64__) && defined(__GNUC__)
    if (isa() == Isa::avx512) return avx512::multiply_adds(steps);
    if (isa() == Isa::avx2) return avx2::multiply_adds(steps);
#endif
    return baseline::multiply_adds(steps);
}

#ifdef NB_COUNTED
#ifndef __clang__
#pragma GCC push_options
#pragma GCC optimize("O1")
#endif
namespace counted {
namespace {
size_t slow, fast;
using In = Counting;
In far(const float* at) {
    return {at, &slow};
}
In near(const float* at) {
    return {at, &fast};
}
constexpr int W = 16, R_MAX = 14, V_MAX = 2;
#include "matmul_kernel.hpp"
}  // namespace
}  // namespace counted
#ifndef __clang__
#pragma GCC pop_options
#endif

void matmul_counted(const float* a, const float* b, float* c, size_t m, size_t n,
                    size_t p, size_t* loads) {
    const int threads = get_threads();
    set_threads(1);
    counted::slow = counted::fast = 0;
    if (m > 0 && n > 0 && p > 0)
        counted::product({a, ptrdiff_t(n), 1, b, ptrdiff_t(p), 1, c, ptrdiff_t(p),
                          ptrdiff_t(m), ptrdiff_t(n), ptrdiff_t(p)});
    set_threads(threads);
    loads[0] = counted::slow;
    loads[1] = counted::fast;
}
#endif
}  // namespace nb
