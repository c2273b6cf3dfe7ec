// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Names from the module's own symbol table.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace simt {

// A `__shared__` array, as the calling thread of the operating system has it, or a
// `__device__` variable.
struct Variable {
    std::string name;
    char* start = nullptr;
    std::size_t bytes = 0;
};

std::size_t offset_in_module(const void* code);
std::string name_of(const void* function);

// All shared arrays of this module, or those of one kernel.
std::vector<Variable> shared_arrays();
std::vector<Variable> shared_arrays(const void* kernel);

// The `__device__` variable that holds `address`; without bytes where there is none.
Variable device_variable(const void* address);

}  // namespace simt
