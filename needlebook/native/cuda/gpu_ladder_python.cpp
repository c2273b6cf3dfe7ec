// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The kernels of chapter 12 for NumPy arrays, which are copied to the device and back.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "device_buffer.hpp"
#include "gpu_ladder.hpp"
#include "simt_python.hpp"

namespace py = pybind11;
using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

namespace {

std::string shape_of(const Floats& array) {
    return py::str(array.attr("shape"));
}

void demand(bool holds, const std::string& message) {
    if (!holds) throw py::value_error(message);
}

// Kernels count elements in 32 bits, and the last block counts a little further.
int count(py::ssize_t size) {
    constexpr py::ssize_t most = (1LL << 31) - 4096;
    demand(size <= most, "the kernels of this chapter take arrays of up to " +
                             std::to_string(most) + " elements, not of " +
                             std::to_string(size) + "; cut yours into parts");
    return static_cast<int>(size);
}

Floats add(Floats a, Floats b, int block) {
    demand(a.ndim() == 1 && b.ndim() == 1 && a.size() == b.size() && a.size() > 0,
           "vector_add: wants two vectors of one size, was given " + shape_of(a) +
               " and " + shape_of(b));
    demand(block >= 1 && block <= 1024,
           "vector_add: a block has 1 to 1024 threads, not " + std::to_string(block));
    Floats c(a.size());
    add_on_device(a.data(), b.data(), c.mutable_data(), count(a.size()), block);
    return c;
}

Floats chain(Floats a, Floats b, int steps, bool stay) {
    demand(a.ndim() == 1 && a.size() == b.size() && a.size() > 0 && steps > 0,
           "add_many: wants two vectors of one size and a number of steps, was given " +
               shape_of(a) + ", " + shape_of(b) + " and " + std::to_string(steps));
    Floats c(a.size());
    add_many(a.data(), b.data(), c.mutable_data(), count(a.size()), steps, stay);
    return c;
}

// The place of a kernel in a list, or an error that shows the list.
int place(const std::vector<std::string>& names, const std::string& name) {
    std::string known;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<int>(i);
        known += (i ? ", " : "") + names[i];
    }
    throw py::value_error("no kernel '" + name + "'; there are " + known);
}

Floats windows(Floats x, const std::string& kernel) {
    demand(x.ndim() == 1 && x.size() > 4,
           "windows: wants a vector of more than 4 elements, was given " + shape_of(x));
    Floats y(x.size() - 4);
    windows_on_device(place(window_kernels(), kernel), x.data(), y.mutable_data(),
                      count(y.size()));
    return y;
}

py::tuple product(int rung, Floats a, Floats b, int repeats) {
    demand(rung >= 0 && rung < static_cast<int>(rungs().size()),
           "product: there is no rung " + std::to_string(rung));
    const Rung& chosen = rungs()[rung];
    demand(a.ndim() == 2 && b.ndim() == 2 && a.size() > 0 && b.size() > 0,
           chosen.kernel + ": wants two matrices with elements, was given " +
               shape_of(a) + " and " + shape_of(b));
    const auto m = a.shape(chosen.transposed), k = a.shape(!chosen.transposed);
    demand(k == b.shape(0), chosen.kernel + ": cannot multiply " + shape_of(a) +
                                (chosen.transposed ? " transposed" : "") + " by " +
                                shape_of(b) + ": inner sizes " + std::to_string(k) +
                                " and " + std::to_string(b.shape(0)) + " differ");
    count(a.size()), count(b.size()), count(m * b.shape(1));
    Floats c({m, b.shape(1)});
    const Sizes sizes{count(m), count(b.shape(1)), count(k)};
    const double seconds =
        product_on_device(chosen, a.data(), b.data(), c.mutable_data(), sizes, repeats);
    return py::make_tuple(c, seconds);
}

py::list list_rungs() {
    py::list all;
    for (const Rung& rung : rungs())
        all.append(py::make_tuple(rung.kernel, rung.rows, rung.columns, rung.depth,
                                  rung.thread_rows, rung.thread_columns,
                                  rung.transposed));
    return all;
}

py::tuple move(const std::string& kernel, Floats x, int repeats) {
    std::vector<std::string> names;
    for (const Move& one : moves()) names.push_back(one.kernel);
    const Move& chosen = moves()[place(names, kernel)];
    demand(x.ndim() == 2 && x.size() > 0,
           kernel + ": wants a matrix with elements, was given " + shape_of(x));
    demand(
        kernel != "softmax_held" || x.shape(1) <= 1024,
        "softmax_held: keeps rows of at most 1024 elements, was given " + shape_of(x));
    const auto rows = x.shape(0), columns = x.shape(1);
    count(x.size());
    std::vector<py::ssize_t> shape{rows, columns};
    if (chosen.result == Move::turned) shape = {columns, rows};
    if (chosen.result == Move::rows) shape = {rows};
    Floats out(shape);
    const double seconds = move_on_device(chosen, x.data(), out.mutable_data(),
                                          count(rows), count(columns), repeats);
    return py::make_tuple(out, seconds);
}

Floats conv(Floats x, Floats w, bool implicit) {
    demand(x.ndim() == 4 && w.ndim() == 4 && x.size() > 0 && w.size() > 0 &&
               w.shape(0) == w.shape(1) && w.shape(0) % 2 == 1 &&
               w.shape(2) == x.shape(3),
           "conv: wants images (n, h, w, c) and filters (k, k, c, o) with odd k, was "
           "given " +
               shape_of(x) + " and " + shape_of(w));
    Floats out({x.shape(0), x.shape(1), x.shape(2), w.shape(3)});
    count(x.size() * w.shape(0) * w.shape(0)), count(w.size()), count(out.size());
    const Images sizes{count(x.shape(0)), count(x.shape(1)), count(x.shape(2)),
                       count(x.shape(3)), count(w.shape(0)), count(w.shape(3))};
    conv_on_device(implicit, x.data(), w.data(), out.mutable_data(), sizes);
    return out;
}

py::tuple transfer(int n, int repeats) {
    demand(n > 0 && repeats > 0, "transfers: wants elements and repeats above 0");
    double seconds[3];
    transfers(n, repeats, seconds);
    return py::make_tuple(seconds[0], seconds[1], seconds[2]);
}

py::dict copies() {
    using namespace py::literals;
    return py::dict("to_device"_a = copied().to_device, "to_host"_a = copied().to_host);
}
}  // namespace

PYBIND11_MODULE(NEEDLEBOOK_MODULE, module) {
    module.def("vector_add", &add, py::arg("a"), py::arg("b"), py::arg("block") = 256);
    module.def("add_many", &chain, py::arg("a"), py::arg("b"), py::arg("steps"),
               py::arg("stay"));
    module.def("transfers", &transfer, py::arg("n"), py::arg("repeats") = 20);
    module.def("windows", &windows, py::arg("x"), py::arg("kernel"));
    module.def("rungs", &list_rungs);
    module.def("product", &product, py::arg("rung"), py::arg("a"), py::arg("b"),
               py::arg("repeats") = 0);
    module.def("move", &move, py::arg("kernel"), py::arg("x"), py::arg("repeats") = 0);
    module.def("conv", &conv, py::arg("x"), py::arg("w"), py::arg("implicit"));
    module.def("copied", &copies);
    module.def("device", &describe_device);
    simt::bind(module);
}
