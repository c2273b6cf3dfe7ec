// Extracted from the book: edit the chapter, or edit here and run "make sync".
// How a module for Python joins the choice, and lets Python see and change it.
#pragma once
#include <pybind11/pybind11.h>

#include "isa.hpp"

namespace nb {

inline void open_isa(pybind11::module_& module) {
    share_isa(pybind11::get_or_create_shared_data<IsaChoice>("needlebook isa"));
    module.def("isa", &isa_name, "The instruction set that all native parts use.");
    module.def("use_isa", &use_isa, pybind11::arg("name"),
               "Change it, between computations; False where the processor lacks it.");
}

}  // namespace nb
