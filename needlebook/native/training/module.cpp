// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The door to Python. Arrays come as addresses, with sizes that Python has checked.
#include <pybind11/pybind11.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "../isa_python.hpp"
#include "convolution.hpp"
#include "passes.hpp"
#include "products.hpp"

namespace py = pybind11;
using namespace nb::training;
using Address = std::uintptr_t;

static const float* in(Address at) {
    return reinterpret_cast<const float*>(at);
}

static float* out(Address at) {
    return reinterpret_cast<float*>(at);
}

static const long* labels(Address at) {
    return reinterpret_cast<const long*>(at);
}

// Where an array's buffer begins. NumPy itself answers with a dictionary: slower.
static Address address(const py::object& array) {
    Py_buffer view;
    if (PyObject_GetBuffer(array.ptr(), &view, PyBUF_SIMPLE))
        throw py::error_already_set();
    const auto at = reinterpret_cast<Address>(view.buf);
    PyBuffer_Release(&view);
    return at;
}

static Shape shape_of(const py::tuple& t) {
    long s[11];
    for (int i = 0; i < 11; ++i) s[i] = t[i].cast<long>();
    return {s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10]};
}

static void batch_norm(Address x, long m, long n, float eps, Address weight,
                       Address bias, Address mean, Address variance, Address scale,
                       Address y) {
    std::vector<float> scratch(2 * n);
    float *spread = out(variance), *factor = out(scale);
    passes().column_moments(in(x), m, n, out(mean), spread, scratch.data());
    for (long j = 0; j < n; ++j) {
        spread[j] /= m;
        factor[j] = 1.0f / std::sqrt(spread[j] + eps);
    }
    passes().scale_columns(in(x), m, n, in(mean), factor, in(weight), in(bias), out(y));
}

static void batch_norm_sums(Address adjoint, Address x, long m, long n, Address mean,
                            Address scale, Address of_weight, Address of_bias) {
    std::vector<float> scratch(2 * n);
    passes().column_sums(in(adjoint), in(x), m, n, in(mean), in(scale), out(of_weight),
                         out(of_bias), scratch.data());
}

static void batch_norm_back(Address adjoint, Address x, long m, long n, Address mean,
                            Address scale, Address weight, Address of_weight,
                            Address of_bias, Address dx) {
    std::vector<float> numbers(3 * n);
    float *factor = numbers.data(), *slope = factor + n, *shift = slope + n;
    for (long j = 0; j < n; ++j) {
        factor[j] = in(weight)[j] * in(scale)[j];
        slope[j] = in(scale)[j] * in(of_weight)[j] / m;
        shift[j] = in(of_bias)[j] / m;
    }
    passes().columns_back(in(adjoint), in(x), m, n, in(mean), factor, slope, shift,
                          out(dx));
}

static void sum_rows(Address a, long m, long n, Address y) {
    std::vector<float> scratch(n);
    passes().sum_rows(in(a), m, n, out(y), scratch.data());
}

// Elementwise work in equal parts: what a thread gets changes no result.
template <typename F>
static void in_parts(long n, F f) {
    constexpr long part = 1 << 16;
#pragma omp parallel for if (n > 4 * part)
    for (long at = 0; at < n; at += part) f(at, n - at < part ? n - at : part);
}

static float* from(Address at, long i) {
    return at ? out(at) + i : nullptr;
}

PYBIND11_MODULE(_training, module) {
    module.doc() = "What training spends its time in, on addresses of float32 arrays.";
    nb::open_isa(module);
    module.def("address", &address);
    const auto unlocked = py::call_guard<py::gil_scoped_release>();
    module.def("conv",
               [](const py::tuple& t, Address x, Address w, Address bias, Address y) {
                   const Shape s = shape_of(t);
                   const py::gil_scoped_release release;
                   convolve(s, in(x), in(w), bias ? in(bias) : nullptr, out(y));
               });
    module.def("conv_to_image",
               [](const py::tuple& t, Address a, Address w, Address dx) {
                   const Shape s = shape_of(t);
                   const py::gil_scoped_release release;
                   convolve_to_image(s, in(a), in(w), out(dx));
               });
    module.def("conv_to_filter",
               [](const py::tuple& t, Address x, Address a, Address dw) {
                   const Shape s = shape_of(t);
                   const py::gil_scoped_release release;
                   convolve_to_filter(s, in(x), in(a), out(dw));
               });

    module.def(
        "adam",
        [](long n, Address w, Address g, Address m, Address v, Address largest,
           Address y, float share1, float share2, float eps, float rate,
           float coupled_decay, float kept) {
            const AdamStep s{share1, share2, eps, rate, coupled_decay, kept};
            in_parts(n, [&](long i, long count) {
                passes().adam(s, count, in(w) + i, in(g) + i, out(m) + i, out(v) + i,
                              from(largest, i), out(y) + i);
            });
        },
        unlocked);
    module.def(
        "momentum",
        [](long n, Address w, Address g, Address u, Address y, float share, float rate,
           float coupled_decay, bool nesterov) {
            const MomentumStep s{share, rate, coupled_decay, u != 0, nesterov};
            in_parts(n, [&](long i, long count) {
                passes().momentum(s, count, in(w) + i, in(g) + i, from(u, i),
                                  out(y) + i);
            });
        },
        unlocked);

    module.def("batch_norm", &batch_norm, unlocked);
    module.def("batch_norm_sums", &batch_norm_sums, unlocked);
    module.def("batch_norm_back", &batch_norm_back, unlocked);
    module.def(
        "layer_norm",
        [](Address x, long m, long n, float eps, Address weight, Address bias,
           Address mean, Address variance, Address y) {
            passes().rows_forward(in(x), m, n, eps, in(weight), in(bias), out(mean),
                                  out(variance), out(y));
        },
        unlocked);
    module.def(
        "layer_norm_back",
        [](Address a, Address x, long m, long n, float eps, Address mean,
           Address variance, Address weight, Address dx, Address of_weight,
           Address of_bias) {
            passes().rows_back(in(a), in(x), m, n, eps, in(mean), in(variance),
                               in(weight), out(dx), out(of_weight), out(of_bias));
        },
        unlocked);
    module.def(
        "softmax_loss",
        [](Address z, Address y, long m, long k, Address sums) {
            return passes().softmax_loss(in(z), labels(y), m, k, out(sums));
        },
        unlocked);
    module.def(
        "softmax_back",
        [](Address z, Address y, long m, long k, Address sums, float factor,
           Address dz) {
            passes().softmax_back(in(z), labels(y), m, k, in(sums), factor, out(dz));
        },
        unlocked);
    module.def("sum_rows", &sum_rows, unlocked);
}
