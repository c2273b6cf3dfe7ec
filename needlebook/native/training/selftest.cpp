// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The loops without Python: for processors on which there is none, or an emulated one.
#ifndef NB_ISA
#define NB_ISA baseline
#define NB_ALONE
#endif
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "../isa.cpp"
#include "choose.cpp"
#include "convolution.cpp"
#include "passes.cpp"
#include "products.cpp"

using namespace nb::training;
using Numbers = std::vector<float>;

static Numbers drawn(long size, int seed) {
    std::mt19937 source(seed);
    std::normal_distribution<float> normal;
    Numbers found(size);
    for (float& number : found) number = normal(source);
    return found;
}

static double dot(const Numbers& a, const Numbers& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
    return sum;
}

static int failures = 0;

static void expect(const char* what, double got, double wanted, double scale) {
    const bool right = std::fabs(got - wanted) <= 1e-4 * (scale + std::fabs(wanted));
    if (!right) failures += 1;
    std::printf("%s %s: %.6g, wanted %.6g\n", right ? "ok  " : "FAIL", what, got,
                wanted);
}

// One result by the seven loops of chapter 10, in double precision.
static double one_pixel(const Shape& s, const Numbers& x, const Numbers& w, long image,
                        long row, long column, long q) {
    const long c = s.c / s.groups, g = q / (s.o / s.groups);
    double sum = 0.0;
    for (long i = 0; i < s.kh; ++i)
        for (long j = 0; j < s.kw; ++j) {
            const long y = row * s.stride + i * s.dilation - s.padding;
            const long z = column * s.stride + j * s.dilation - s.padding;
            if (y < 0 || y >= s.height || z < 0 || z >= s.width) continue;
            for (long p = 0; p < c; ++p)
                sum +=
                    static_cast<double>(
                        x[((image * s.height + y) * s.width + z) * s.c + g * c + p]) *
                    w[((i * s.kw + j) * c + p) * s.o + q];
        }
    return sum;
}

static void check(const Shape& s) {
    const Numbers x = drawn(s.n * s.height * s.width * s.c, 1), bias = drawn(s.o, 4);
    const Numbers w = drawn(s.kh * s.kw * s.c / s.groups * s.o, 2);
    Numbers out(s.n * s.rows() * s.columns() * s.o), dx(x.size()), dw(w.size());
    convolve(s, x.data(), w.data(), bias.data(), out.data());
    double worst = 0.0;
    for (long at = 0; at < static_cast<long>(out.size()); ++at) {
        const long pixel = at / s.o, row = pixel / s.columns();
        const double wanted = one_pixel(s, x, w, row / s.rows(), row % s.rows(),
                                        pixel % s.columns(), at % s.o);
        worst = std::max(worst, std::fabs(out[at] - bias[at % s.o] - wanted));
    }
    expect("largest error", worst, 0.0, 1.0);
    convolve(s, x.data(), w.data(), nullptr, out.data());
    const Numbers a = drawn(out.size(), 3);
    convolve_to_image(s, a.data(), w.data(), dx.data());
    convolve_to_filter(s, x.data(), a.data(), dw.data());
    const double value = dot(out, a), scale = std::sqrt(dot(out, out) * dot(a, a));
    expect("adjoint by the image", dot(x, dx), value, scale);
    expect("adjoint by the filter", dot(w, dw), value, scale);
}

int main() {
    std::printf("loops: %s, tiles %ld x %ld\n", products().name, products().tile_rows,
                products().tile_columns);
    check({2, 9, 7, 6, 3, 3, 8, 2, 1, 1, 2});
    check({1, 8, 8, 70, 3, 3, 65, 1, 1, 1, 1});
    check({3, 11, 10, 3, 3, 2, 5, 2, 0, 2, 1});
    check({20, 16, 16, 4, 3, 3, 7, 1, 1, 1, 1});
    check({2, 9, 7, 85, 3, 3, 85, 2, 1, 1, 85});
    check({3, 20, 30, 24, 3, 2, 24, 1, 2, 2, 24});
    const Numbers w = drawn(1000, 4), g = drawn(1000, 5);
    Numbers m(1000), v(1000), out(1000);
    const AdamStep step{0.1f, 0.001f, 0.0f, 1.0f, 0.0f, 1.0f};
    passes().adam(step, 1000, w.data(), g.data(), m.data(), v.data(), nullptr,
                  out.data());
    double worst = 0.0;  // a first step moves every weight by 0.1 / sqrt(0.001)
    for (long i = 0; i < 1000; ++i)
        worst = std::max(worst, std::fabs(std::fabs(out[i] - w[i]) - std::sqrt(10.0)));
    expect("first step of Adam", worst, 0.0, 1.0);
    return failures ? 1 : 0;
}
