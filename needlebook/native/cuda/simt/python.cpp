// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include <pybind11/stl.h>

#include "../simt_python.hpp"
#include "counts.hpp"
#include "grid.hpp"
#include "names.hpp"
#include "observer.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace simt {

namespace {

py::dict counted() {
    const Counters& c = counters();
    py::dict result;
#define ENTRY(name) result[#name] = c.name;
    SIMT_COUNTERS(ENTRY)
#undef ENTRY
    return result;
}

void order(const std::string& name) {
    set_order(order_named(name));
}

py::tuple triple(uint3 at) {
    return py::make_tuple(at.x, at.y, at.z);
}

// Instructions as offsets in the module's file; a return address follows its call.
py::object offset(const void* where) {
    if (where == nullptr) return py::none();
    return py::int_(offset_in_module(where) - 1);
}

py::list found() {
    py::list result;
    if (!observer) return result;
    for (const Finding& f : observer->findings())
        result.append(
            py::dict("kind"_a = f.kind, "text"_a = f.text,
                     "kernel"_a = name_of(f.kernel), "block"_a = triple(f.block),
                     "thread"_a = triple(f.thread), "doing"_a = f.doing,
                     "other_doing"_a = f.other_doing, "where"_a = offset(f.where),
                     "other"_a = offset(f.other), "times"_a = f.times));
    return result;
}

py::list traced() {
    py::list result;
    if (!observer) return result;
    for (const Traced& t : observer->trace())
        result.append(py::make_tuple(t.block, t.phase, t.step, t.thread, t.where - 1,
                                     t.array, t.byte, t.bytes, t.write));
    return result;
}

void reset(bool trace) {
    reset_counters();
    if (observer) observer->reset(trace);
}

}  // namespace

void bind(py::module_& module) {
    module.def("simt_order", &order, py::arg("name"));
    module.def("simt_workers", &set_workers, py::arg("count"));
    module.def("simt_counters", &counted);
    module.def("simt_findings", &found);
    module.def("simt_trace", &traced);
    module.def("simt_reset", &reset, py::arg("trace") = false);
    py::module_::import("needlebook.simt").attr("settle")(module);
}

}  // namespace simt
