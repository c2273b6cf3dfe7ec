// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Kernels and the product without Python: for processors on which there is none.
#define NB_ISA baseline
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "../isa.cpp"
#include "choose.cpp"
#include "kernels.cpp"
#include "matmul.cpp"
#include "threads.cpp"

using Numbers = std::vector<float>;
static int failures = 0;

static Numbers drawn(size_t size, int seed) {
    std::mt19937 source(seed);
    std::normal_distribution<float> normal;
    Numbers found(size);
    for (float& number : found) number = normal(source);
    return found;
}

static void expect(const char* what, double error, double bound) {
    const bool right = error <= bound;
    failures += !right;
    std::printf("%s %s: error %.2g, at most %.2g\n", right ? "ok  " : "FAIL", what,
                error, bound);
}

static void check_function(const char* what, nb::Unary kind, double (*exact)(double)) {
    Numbers a = drawn(1003, 1), out(a.size());
    for (float& number : a) number = std::fabs(number) * 5.0f + 0.01f;
    nb::baseline::table.unary[kind](a.data(), out.data(), a.size());
    double worst = 0.0;
    for (size_t i = 0; i < a.size(); ++i) {
        const double wanted = exact(a[i]);
        worst = std::fmax(worst, std::fabs(out[i] - wanted) / std::fabs(wanted));
    }
    expect(what, worst, 1e-6);
}

static void check_product(ptrdiff_t m, ptrdiff_t n, ptrdiff_t p, bool turned) {
    const Numbers a = drawn(m * n, 2), b = drawn(n * p, 3);
    Numbers c(m * p, NAN);
    const ptrdiff_t b_rs = turned ? 1 : p, b_cs = turned ? n : 1;
    nb::matmul_views(a.data(), n, 1, b.data(), b_rs, b_cs, c.data(), p, m, n, p);
    double worst = 0.0;
    for (ptrdiff_t i = 0; i < m; ++i)
        for (ptrdiff_t j = 0; j < p; ++j) {
            double sum = 0.0;
            for (ptrdiff_t k = 0; k < n; ++k)
                sum += double(a[i * n + k]) * b[k * b_rs + j * b_cs];
            const double error = std::fabs(c[i * p + j] - sum);
            worst = error <= worst ? worst : error;  // what is no number counts
        }
    if (!(worst <= 1e-6 * (n + 10))) expect("product", worst, 1e-6 * (n + 10));
}

int main() {
    check_function("exp", nb::EXP, std::exp);
    check_function("log", nb::LOG, std::log);
    check_function("tanh", nb::TANH, std::tanh);
    check_function("sqrt", nb::SQRT, std::sqrt);
    const Numbers a = drawn(40 * 30, 4);
    Numbers sums(40);
    nb::baseline::table.reduce[nb::SUM](a.data(), sums.data(), 40, 30, 1, 0, 1);
    double worst = 0.0;
    for (size_t row = 0; row < 40; ++row) {
        double sum = 0.0;
        for (size_t i = 0; i < 30; ++i) sum += a[row * 30 + i];
        worst = std::fmax(worst, std::fabs(sums[row] - sum));
    }
    expect("sums of rows", worst, 1e-5);
    for (ptrdiff_t m = 1; m < 20; ++m)
        for (ptrdiff_t n = 1; n < 20; n += 3)
            for (ptrdiff_t p = 1; p < 40; p += 2) check_product(m, n, p, m % 2);
    check_product(70, 300, 65, false);
    check_product(65, 300, 70, true);
    std::printf("%s products\n", failures ? "FAIL" : "ok  ");
    return failures ? 1 : 0;
}
