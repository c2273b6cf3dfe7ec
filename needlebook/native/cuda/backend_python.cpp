// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The door to Python: the functions of backend_numpy.py under the same names.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "backend_host.hpp"
#include "simt_python.hpp"
#ifndef NEEDLEBOOK_NVCC
#include "backend_on_host.hpp"
#endif

namespace py = pybind11;
using device::Array;
using device::Sizes;
using device::words;
using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

void expect(const char* name, const Array& array, std::size_t size) {
    if (array.size != size)
        throw py::value_error(words(name, ": an array of ", array.size,
                                    " elements was given, ", size, " are wanted"));
}

std::size_t elements(const Sizes& shape) {
    std::size_t count = 1;
    for (long long size : shape) count *= static_cast<std::size_t>(size);
    return count;
}

void from_numpy(const Floats& array, Array& out) {
    expect("from_numpy", out, array.size());
    if (out.size) device::to_device(out.data, array.data(), out.size * sizeof(float));
}

Floats to_numpy(const Array& a, const Sizes& shape, const Sizes& strides,
                long long offset) {
    Floats found(std::vector<py::ssize_t>(shape.begin(), shape.end()));
    const std::size_t size = found.size();
    if (size == 0) return found;
    const Array rows(size);
    device::compact({a.data, strides, offset}, shape, rows.data);
    float* to = found.mutable_data();
    py::gil_scoped_release others_may_run;
    device::to_host(to, rows.data, size * sizeof(float));
    return found;
}

// The library's own errors, so that `except MemoryError` catches what it should.
void translate(std::exception_ptr raised) {
    auto raise = [](const char* name, const std::exception& error) {
        py::set_error(py::module_::import("needlebook.errors").attr(name),
                      error.what());
    };
    try {
        if (raised) std::rethrow_exception(raised);
    } catch (const device::OutOfMemory& error) {
        raise("DeviceMemoryError", error);
    } catch (const device::Error& error) {
        raise("CudaError", error);
    }
}

py::array pinned(std::size_t size) {
    float* memory = static_cast<float*>(device::allocate_pinned(size * sizeof(float)));
    py::capsule owner(memory, [](void* held) { device::release_pinned(held); });
    return py::array_t<float>(size, memory, owner);
}

py::dict counters() {
    const device::Pool& pool = device::pool();
    py::dict found;
    found["requests"] = pool.requests;
    found["reused"] = pool.reused;
    found["bytes_lent"] = pool.lent;
    found["bytes_kept"] = pool.kept;
    found["bytes_peak"] = pool.peak;
    found["bytes_to_device"] = device::traffic().to_device;
    found["bytes_to_host"] = device::traffic().to_host;
    return found;
}

void synchronize() {
    py::gil_scoped_release others_may_run;
    device::synchronize();
}

void bind_elementwise(py::module_& module) {
    for (const device::BinaryRow& row : device::binary_rows()) {
        const std::string name = row.name;
        module.def(("ewise_" + name).c_str(),
                   [&row](const Array& a, const Array& b, Array& out) {
                       expect(row.name, b, a.size);
                       expect(row.name, out, a.size);
                       row.ewise(a.data, b.data, out.data, a.size);
                   });
        module.def(("scalar_" + name).c_str(),
                   [&row](const Array& a, float value, Array& out) {
                       expect(row.name, out, a.size);
                       row.scalar(a.data, value, out.data, a.size);
                   });
        module.def(("view_" + name).c_str(),
                   [&row](const Array& a, const Sizes& a_strides, long long a_offset,
                          const Array& b, const Sizes& b_strides, long long b_offset,
                          Array& out, const Sizes& shape) {
                       expect(row.name, out, elements(shape));
                       row.views({a.data, a_strides, a_offset},
                                 {b.data, b_strides, b_offset}, shape, out.data);
                   });
    }
    for (const device::UnaryRow& row : device::unary_rows())
        module.def(("ewise_" + std::string(row.name)).c_str(),
                   [&row](const Array& a, Array& out) {
                       expect(row.name, out, a.size);
                       row.ewise(a.data, out.data, a.size);
                   });
}

void bind_moves(py::module_& module) {
    module.def("from_numpy", &from_numpy);
    module.def("to_numpy", &to_numpy);
    module.def("fill", [](Array& out, float value) {
        device::fill(out.data, out.size, value);
    });
    module.def("compact", [](const Array& a, Array& out, const Sizes& shape,
                             const Sizes& strides, long long offset) {
        expect("compact", out, elements(shape));
        device::compact({a.data, strides, offset}, shape, out.data);
    });
    module.def("ewise_setitem", [](const Array& a, Array& out, const Sizes& shape,
                                   const Sizes& strides, long long offset) {
        expect("ewise_setitem", a, elements(shape));
        device::set(a.data, {out.data, strides, offset}, shape);
    });
    module.def("scalar_setitem",
               [](std::size_t, float value, Array& out, const Sizes& shape,
                  const Sizes& strides, long long offset) {
                   device::set_scalar(value, {out.data, strides, offset}, shape);
               });
}

using Numbers = py::array_t<long long, py::array::c_style>;

void expect_places(const char* name, const Numbers& places, const Array& array) {
    const long long size = static_cast<long long>(array.size);
    const long long* numbers = places.data();
    for (py::ssize_t i = 0; i < places.size(); ++i)
        if (numbers[i] < 0 || numbers[i] >= size)
            throw py::index_error(words(name, ": place ", numbers[i],
                                        " is not in an array of ", size,
                                        " elements; places count from 0"));
}

void where(const Array& condition, const Array& a, const Array& b, Array& out) {
    for (const Array* each : {&condition, &a, &b}) expect("where", *each, out.size);
    device::where(condition.data, a.data, b.data, out.data, out.size);
}

void bind_index(py::module_& module) {
    module.def("take", [](const Array& a, const Numbers& places, Array& out) {
        expect("take", out, places.size());
        expect_places("take", places, a);
        device::take(a.data, places.data(), out.data, out.size);
    });
    module.def("put_add", [](const Array& a, const Numbers& places, Array& out) {
        expect("put_add", a, places.size());
        expect_places("put_add", places, out);
        device::put_add(a.data, places.data(), out.data, a.size);
    });
    module.def("where", &where);
}

using Reduction = void (*)(const float*, float*, std::size_t, std::size_t, std::size_t);

void bind_reduction(py::module_& module, const std::string& name, Reduction reduce) {
    module.def(name.c_str(), [reduce](const Array& a, Array& out, std::size_t size) {
        expect("reduction", a, out.size * size);
        reduce(a.data, out.data, out.size, size, 1);
    });
    module.def((name + "_axis").c_str(),
               [reduce](const Array& a, Array& out, std::size_t outer, std::size_t size,
                        std::size_t inner) {
                   expect("reduction", a, outer * size * inner);
                   expect("reduction", out, outer * inner);
                   reduce(a.data, out.data, outer, size, inner);
               });
}

void matmul_views(const Array& a, const Sizes& a_strides, long long a_offset,
                  const Array& b, const Sizes& b_strides, long long b_offset,
                  Array& out, std::size_t batch, std::size_t m, std::size_t n,
                  std::size_t p) {
    expect("matmul", out, batch * m * p);
    device::product({a.data, a_strides, a_offset}, {b.data, b_strides, b_offset},
                    out.data, batch, m, n, p);
}

void matmul(const Array& a, const Array& b, Array& out, long long m, long long n,
            long long p) {
    expect("matmul", a, m * n);
    expect("matmul", b, n * p);
    matmul_views(a, {m * n, n, 1}, 0, b, {n * p, p, 1}, 0, out, 1, m, n, p);
}

PYBIND11_MODULE(NEEDLEBOOK_MODULE, module) {
    py::register_local_exception_translator(&translate);
    py::class_<Array>(module, "Array", py::module_local())
        .def(py::init<std::size_t>())
        .def_readonly("size", &Array::size)
        .def("ptr",
             [](const Array& a) { return reinterpret_cast<std::size_t>(a.data); });
    module.attr("__device_name__") = PYBIND11_TOSTRING(NEEDLEBOOK_MODULE);
    module.attr("__host__") = false;
    module.attr("__tile_size__") = 4;
    bind_moves(module);
    bind_index(module);
    bind_elementwise(module);
    bind_reduction(module, "reduce_sum", &device::reduce_sum);
    bind_reduction(module, "reduce_max", &device::reduce_max);
    module.def("matmul", &matmul);
    module.def("matmul_views", &matmul_views);
    module.def("status", &device::status);
    module.def("describe", &device::describe);
    module.def("synchronize", &synchronize);
    module.def("pinned", &pinned);
    module.def("counters", &counters);
    module.def("empty_cache", [] { device::pool().empty_cache(); });
#ifndef NEEDLEBOOK_NVCC
    module.def("set_memory_limit",
               [](std::size_t bytes) { on_host::state().limit = bytes; });
    module.def("fail_next", [](const std::string& call, int code) {
        on_host::state().failing = call;
        on_host::state().code = code;
    });
#endif
    simt::bind(module);
}
