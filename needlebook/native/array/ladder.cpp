// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The rungs for Python: to run, and to count what they load.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "../isa_python.hpp"
#include "counting.hpp"
#include "matmul.hpp"

namespace py = pybind11;
namespace nb {
namespace {
using std::ptrdiff_t;
using std::size_t;

struct Choice {  // which rung, with which tiles
    std::string rung;
    int v1, v2;
    ptrdiff_t b1, b2;
};

// Pointers to the copies that a rung makes, plain or counted.
struct Plain {
    const float* operator()(const float* copy) const {
        return copy;
    }
};
struct Counted {
    size_t* loads;
    Counting operator()(const float* copy) const {
        return {copy, loads};
    }
};

[[noreturn]] void unknown(const Choice& of) {
    throw std::invalid_argument("no rung " + of.rung + " with tiles of " +
                                std::to_string(of.v1) + " x " + std::to_string(of.v2));
}

#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,avx2,fma")
namespace avx512 {
#include "rungs.hpp"
}
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#include "rungs.hpp"
}
#pragma GCC pop_options
#endif
namespace baseline {
#include "rungs.hpp"
}

using Array = py::array_t<float, py::array::c_style>;

template <class F, class Near>
void climb(const Choice& of, F a, F b, float* c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t p,
           Near near) {
#if defined(__x86_64__) && defined(__GNUC__)
    if (isa() == Isa::avx512) return avx512::rung(of, a, b, c, m, n, p, near);
    if (isa() == Isa::avx2) return avx2::rung(of, a, b, c, m, n, p, near);
#endif
    baseline::rung(of, a, b, c, m, n, p, near);
}

void run(const Choice& of, Array a, Array b, Array c) {
    const ptrdiff_t m = c.shape(0), n = a.shape(1), p = c.shape(1);
    float* out = c.mutable_data();
    const float *left = a.data(), *right = b.data();
    py::gil_scoped_release free;
    climb(of, left, right, out, m, n, p, Plain{});
}

py::tuple count(const Choice& of, Array a, Array b, Array c) {
    size_t slow = 0, fast = 0;
    baseline::rung(of, Counting{a.data(), &slow}, Counting{b.data(), &slow},
                   c.mutable_data(), c.shape(0), a.shape(1), c.shape(1),
                   Counted{&fast});
    return py::make_tuple(slow, fast);
}

py::tuple count_product(Array a, Array b, Array c) {
    size_t loads[2];
    matmul_counted(a.data(), b.data(), c.mutable_data(), c.shape(0), a.shape(1),
                   c.shape(1), loads);
    return py::make_tuple(loads[0], loads[1]);
}

using View = py::array_t<float, 0>;  // any strides, and never a converted copy

void product(View a, View b, View c) {
    const ptrdiff_t size = sizeof(float);
    const float *left = a.data(), *right = b.data();
    float* out = c.mutable_data();
    const size_t m = a.shape(0), n = a.shape(1), p = b.shape(1);
    const ptrdiff_t strides[5] = {a.strides(0), a.strides(1), b.strides(0),
                                  b.strides(1), c.strides(0)};
    const auto multiply = [&] {
        matmul_views(left, strides[0] / size, strides[1] / size, right,
                     strides[2] / size, strides[3] / size, out, strides[4] / size, m, n,
                     p);
    };
    if (m * n * p < 100000) return multiply();
    py::gil_scoped_release free;
    multiply();
}

double triad(Array a, Array b, Array c) {
    if (a.size() != b.size() || a.size() != c.size())
        throw std::invalid_argument("triad: three arrays of one size are wanted");
    float* out = a.mutable_data();
    const float *x = b.data(), *y = c.data();
    for (ptrdiff_t i = 0; i < a.size(); ++i) out[i] = x[i] + 3.0f * y[i];
    return 3.0 * sizeof(float) * a.size();
}

}  // namespace
}  // namespace nb

PYBIND11_MODULE(_matmul_ladder, module) {
    using namespace nb;
    module.doc() = "Matrix products from three loops to a micro-kernel, float32.";
    py::class_<Choice>(module, "Choice")
        .def(py::init<std::string, int, int, ptrdiff_t, ptrdiff_t>());
    module.def("run", &run, "C = A B by a rung, all row after row.");
    module.def("count", &count,
               "The same with counted loads: (from memory, from copies).");
    module.def("count_product", &count_product, "The same counts of the last rung.");
    module.def("product", &product,
               "C = A B by the last rung, any strides of A and B.");
    open_isa(module);
    module.def("multiply_adds", &multiply_adds,
               "Compute in registers; return how many.");
    module.def("triad", &triad, "a = b + 3 c; return the bytes read and written.");
}
