// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The module ndarray_backend_cpu: every function of backend_numpy.py, in C++.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <optional>
#include <string>

#include "../isa_python.hpp"
#include "matmul.hpp"
#include "operations.hpp"
#include "threads.hpp"

namespace py = pybind11;

namespace pybind11::detail {
// A tuple or list of integers, read without a vector in between.
template <>
struct type_caster<nb::Axes> {
    PYBIND11_TYPE_CASTER(nb::Axes, const_name("tuple[int, ...]"));

    bool load(handle source, bool) {
        if (!PyTuple_Check(source.ptr()) && !PyList_Check(source.ptr())) return false;
        const Py_ssize_t rank = PySequence_Fast_GET_SIZE(source.ptr());
        if (rank > nb::kMaxRank) throw nb::Refused("shape: more than 32 axes");
        value.rank = int(rank);
        for (Py_ssize_t axis = 0; axis < rank; ++axis) {
            PyObject* item = PySequence_Fast_GET_ITEM(source.ptr(), axis);
            value.at[axis] = PyNumber_AsSsize_t(item, PyExc_OverflowError);
            if (value.at[axis] == -1 && PyErr_Occurred()) throw error_already_set();
        }
        return true;
    }
};
}  // namespace pybind11::detail

namespace {
using namespace nb;

constexpr size_t kLong = 1u << 15;  // additions; fewer take some microseconds

// Other Python threads run while a long kernel does.
class Unlocked {
  public:
    explicit Unlocked(size_t work) {
        if (work >= kLong) release_.emplace();
    }

  private:
    std::optional<py::gil_scoped_release> release_;
};

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

// An exception of needlebook.errors, so that it is caught as that of any backend.
void raise_named(const char* type, const std::string& message) {
    PyErr_SetString(py::module_::import("needlebook.errors").attr(type).ptr(),
                    message.c_str());
}

void translate(std::exception_ptr pending) {
    try {
        if (pending) std::rethrow_exception(pending);
    } catch (const OutOfMemory& error) {
        raise_named("AllocationError", "array: no memory for " +
                                           std::to_string(error.bytes) +
                                           " bytes; free arrays, or take smaller ones");
    } catch (const Refused& error) {
        raise_named("ShapeError", error.what());
    }
}

std::unique_ptr<Buffer> new_buffer(ptrdiff_t size, const py::object& array) {
    if (size < 0 || size > PTRDIFF_MAX / ptrdiff_t(sizeof(float)))
        throw Refused("Array: " + std::to_string(size) + " is no number of elements");
    if (array.is_none()) return std::make_unique<Buffer>(size_t(size));
    using Compact = py::array_t<float, py::array::c_style>;
    const bool fits = py::isinstance<Compact>(array);
    auto floats = fits ? py::reinterpret_borrow<Compact>(array) : Compact();
    if (!fits || !floats.writeable() || floats.size() != size)
        throw Refused("Array: wanted is a writeable float32 array of " +
                      std::to_string(size) + " elements, row after row");
    return std::make_unique<Buffer>(floats.mutable_data(), size_t(size));
}

void from_numpy(const Floats& array, Buffer& out) {
    check_size("from_numpy", out, axes(array.size()));
    const Buffer source(const_cast<float*>(array.data()), out.size);
    const Unlocked others(out.size);
    assign({source, axes(1), 0}, {out, axes(1), 0}, axes(out.size));
}

py::array to_numpy(const Buffer& a, const Axes& shape, const Axes& strides,
                   ptrdiff_t offset) {
    check_view("to_numpy", {a, strides, offset}, shape);
    Floats array(std::vector<ptrdiff_t>(shape.at, shape.at + shape.rank));
    Buffer target(array.mutable_data(), size_t(array.size()));
    {
        const Unlocked others(target.size);
        assign({a, strides, offset}, {target, compact_strides(shape), 0}, shape);
    }
    return array;
}

constexpr const char* kBinary[] = {"add", "sub", "mul", "div", "power", "maximum",
                                   "eq",  "ne",  "ge",  "gt",  "le",    "lt"};
constexpr const char* kUnary[] = {"neg", "log", "exp", "tanh", "sqrt"};

void define_elementwise(py::module_& module) {
    for (int i = 0; i < BINARIES; ++i) {
        const auto op = Binary(i);
        const std::string name = kBinary[i];
        module.def(("ewise_" + name).c_str(),
                   [op](const Buffer& a, const Buffer& b, Buffer& out) {
                       const Unlocked others(out.size * effort(op));
                       ewise(op, a, b, out);
                   });
        module.def(("scalar_" + name).c_str(),
                   [op](const Buffer& a, double value, Buffer& out) {
                       const Unlocked others(out.size * effort(op));
                       with_number(op, a, float(value), out);
                   });
        module.def(("view_" + name).c_str(),
                   [op](const Buffer& a, const Axes& a_strides, ptrdiff_t a_offset,
                        const Buffer& b, const Axes& b_strides, ptrdiff_t b_offset,
                        Buffer& out, const Axes& shape) {
                       const Unlocked others(out.size * effort(op));
                       on_views(op, {a, a_strides, a_offset}, {b, b_strides, b_offset},
                                out, shape);
                   });
    }
    for (int i = 0; i < UNARIES; ++i)
        module.def((std::string("ewise_") + kUnary[i]).c_str(),
                   [op = Unary(i)](const Buffer& a, Buffer& out) {
                       const Unlocked others(out.size * effort(op));
                       each(op, a, out);
                   });
}

void define_moving(py::module_& module) {
    module.def("to_numpy", &to_numpy);
    module.def("from_numpy", &from_numpy);
    module.def("fill", [](Buffer& out, double value) {
        const Unlocked others(out.size);
        assign(float(value), {out, axes(1), 0}, axes(out.size));
    });
    module.def("compact", [](const Buffer& a, Buffer& out, const Axes& shape,
                             const Axes& strides, ptrdiff_t offset) {
        check_size("compact", out, shape);
        const Unlocked others(out.size);
        assign({a, strides, offset}, {out, compact_strides(shape), 0}, shape);
    });
    module.def("ewise_setitem", [](const Buffer& a, Buffer& out, const Axes& shape,
                                   const Axes& strides, ptrdiff_t offset) {
        check_size("ewise_setitem", a, shape);
        const Unlocked others(a.size);
        assign({a, compact_strides(shape), 0}, {out, strides, offset}, shape);
    });
    module.def("scalar_setitem",
               [](size_t size, double value, Buffer& out, const Axes& shape,
                  const Axes& strides, ptrdiff_t offset) {
                   const Unlocked others(size);
                   assign(float(value), {out, strides, offset}, shape);
               });
}

void define_reductions(py::module_& module) {
    for (const Reduction op : {SUM, MAX}) {
        const std::string name = op == SUM ? "reduce_sum" : "reduce_max";
        module.def(name.c_str(), [op](const Buffer& a, Buffer& out, size_t size) {
            const Unlocked others(a.size);
            reduce(op, a, out, out.size, size, 1);
        });
        module.def((name + "_axis").c_str(),
                   [op](const Buffer& a, Buffer& out, size_t outer, size_t size,
                        size_t inner) {
                       const Unlocked others(a.size);
                       reduce(op, a, out, outer, size, inner);
                   });
    }
}

constexpr size_t kSlab = size_t(1) << 29;  // multiplications between looks at Ctrl-C

// Call part(first, last) on slabs of [0, rows), each row of which takes `work`
// multiplications. Others run during a long slab; between slabs Python may interrupt.
template <class Part>
void in_slabs(size_t rows, size_t work, Part part) {
    const size_t slab = std::max<size_t>(kSlab / std::max<size_t>(work, 1), 1);
    for (size_t first = 0; first < rows; first += slab) {
        const size_t last = first + std::min(slab, rows - first);
        {
            const Unlocked others((last - first) * work);
            part(first, last);
        }
        if (last < rows && PyErr_CheckSignals()) throw py::error_already_set();
    }
}

// out (batch, m, p) = a (batch, m, n) times b (batch, n, p), views.
void products(const View& a, const View& b, Buffer& out, size_t batch, size_t m,
              size_t n, size_t p) {
    check_view("matmul", a, axes(batch, m, n));
    check_view("matmul", b, axes(batch, n, p));
    check_size("matmul", out, axes(batch, m, p));
    const float *from = a.buffer.data + a.offset, *with = b.buffer.data + b.offset;
    const ptrdiff_t *step = a.strides.at, *other = b.strides.at;
    in_slabs(batch * m, n * p, [&](size_t row, size_t last) {
        while (row < last) {
            const auto i = ptrdiff_t(row / m), inside = ptrdiff_t(row % m);
            const size_t rows = std::min(m - size_t(inside), last - row);
            matmul_views(from + i * step[0] + inside * step[1], step[1], step[2],
                         with + i * other[0], other[1], other[2], out.data + row * p,
                         ptrdiff_t(p), rows, n, p);
            row += rows;
        }
    });
}

void matmul(const Buffer& a, const Buffer& b, Buffer& out, size_t m, size_t n,
            size_t p) {
    check_size("matmul", a, axes(m, n));
    check_size("matmul", b, axes(n, p));
    products({a, axes(0, n, 1), 0}, {b, axes(0, p, 1), 0}, out, 1, m, n, p);
}

void batched(const Buffer& a, const Axes& a_strides, ptrdiff_t a_offset,
             const Buffer& b, const Axes& b_strides, ptrdiff_t b_offset, Buffer& out,
             size_t batch, size_t m, size_t n, size_t p) {
    products({a, a_strides, a_offset}, {b, b_strides, b_offset}, out, batch, m, n, p);
}

py::dict counters() {
    const PoolCounters now = pool_counters();
    py::dict found;
    found["live"] = now.live;
    found["cached"] = now.cached;
    found["limit"] = now.limit;
    found["hits"] = now.hits;
    found["misses"] = now.misses;
    return found;
}

// Faults for the sanitizers to find. Other builds have none of them.
void define_faults(py::module_& module) {
#ifdef NB_SANITIZED
    module.attr("__sanitized__") = true;
    module.def("write_beyond", [](Buffer& out) { out.data[out.size] = 1.0f; });
    module.def("add_beyond", [](int a, int b) { return a + b; });
#else
    module.attr("__sanitized__") = false;
#endif
}
}  // namespace

PYBIND11_MODULE(ndarray_backend_cpu, module) {
    module.doc() = "Flat buffers of float32 in aligned memory, and kernels on them.";
    module.attr("__device_name__") = "cpu";
    module.attr("__host__") = true;
    module.attr("__tile_size__") = 8;
    py::register_local_exception_translator(&translate);
    py::class_<Buffer>(module, "Array")
        .def(py::init(&new_buffer), py::arg("size"), py::arg("array") = py::none(),
             py::keep_alive<1, 3>())
        .def_property_readonly("size", [](const Buffer& a) { return a.size; })
        .def("ptr", [](const Buffer& a) { return std::uintptr_t(a.data); });
    define_elementwise(module);
    define_moving(module);
    define_reductions(module);
    module.def("matmul", &matmul);
    module.def("matmul_views", &batched);
    module.def("matmul_tiled", [](const Buffer& a, const Buffer& b, Buffer& out,
                                  size_t m, size_t n, size_t p) {
        const Unlocked others(m * n * p);
        tiled_product(a, b, out, m, n, p);
    });
    open_isa(module);
    module.def("pool_counters", &counters);
    module.def("set_pool_limit", &set_pool_limit, py::arg("bytes"));
    module.def("get_threads", &get_threads);
    module.def("set_threads", &set_threads, py::arg("count"));
    define_faults(module);
}
