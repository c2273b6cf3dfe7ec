// Extracted from the book: edit the chapter, or edit here and run "make sync".
// What every module of kernels offers to `needlebook.simt`.
#pragma once
#include <pybind11/pybind11.h>

namespace simt {

#ifdef NEEDLEBOOK_NVCC
inline void bind(pybind11::module_&) {}
#else
void bind(pybind11::module_& module);
#endif

}  // namespace simt
