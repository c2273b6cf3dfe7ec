// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>

#include "simt_python.hpp"

namespace py = pybind11;
using Floats = py::array_t<float, py::array::c_style>;
using Size = std::array<unsigned, 3>;

void run_demo(const std::string& name, float* in, std::size_t in_size, float* out,
              std::size_t out_size, int n, const unsigned* grid, const unsigned* block);

Floats run(const std::string& name, Floats in, Floats out, int n, Size grid,
           Size block) {
    run_demo(name, in.mutable_data(), in.size(), out.mutable_data(), out.size(), n,
             grid.data(), block.data());
    return out;
}

PYBIND11_MODULE(NEEDLEBOOK_MODULE, module) {
    module.doc() = "Small kernels that show how threads, blocks and warps work.";
    module.def("run", &run, py::arg("name"), py::arg("x").noconvert(),
               py::arg("out").noconvert(), py::arg("n"), py::arg("grid"),
               py::arg("block"),
               "Launch a kernel on copies of x and out; returns out.");
    simt::bind(module);
}
