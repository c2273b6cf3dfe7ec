// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Small experiments with the machine, on raw pointers; no part of the library.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace py = pybind11;
using std::size_t;

namespace {
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Where `steps` loads lead from `place`, next[place] being the place after it, and the
// seconds that they take. Each load needs the one before.
std::pair<std::int64_t, double> chase(
    py::array_t<std::int64_t, py::array::c_style> next, size_t steps,
    std::int64_t place) {
    const std::int64_t* places = next.data();
    const auto inside = [&](std::int64_t at) { return at >= 0 && at < next.size(); };
    for (py::ssize_t i = 0; i < next.size(); ++i)
        if (!inside(places[i]))
            throw std::invalid_argument("chase: a place lies outside the array");
    if (!inside(place)) throw std::invalid_argument("chase: there is no such place");
    const py::gil_scoped_release others;
    const auto start = Clock::now();
    for (size_t i = 0; i < steps; ++i) place = places[place];
    const volatile std::int64_t arrived = place;
    return {arrived, since(start)};
}

// out = a + b, one number in each instruction: a fence for the compiler forbids more.
void add_one(const float* a, const float* b, float* out, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        out[i] = a[i] + b[i];
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
}

// Four numbers in each instruction, said aloud.
typedef float float4 __attribute__((vector_size(16)));

float4 load_float4(const float* from) {
    float4 four;
    std::memcpy(&four, from, sizeof four);
    return four;
}

void store_float4(float4 four, float* to) {
    std::memcpy(to, &four, sizeof four);
}

void add_four(const float* a, const float* b, float* out, size_t count) {
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        store_float4(load_float4(a + i) + load_float4(b + i), out + i);
    for (; i < count; ++i) out[i] = a[i] + b[i];
}

using Floats = py::array_t<float, py::array::c_style>;

template <void (*Add)(const float*, const float*, float*, size_t)>
void checked(Floats a, Floats b, Floats out, int rounds) {
    if (a.size() != b.size() || a.size() != out.size())
        throw std::invalid_argument("add: three arrays of one size are wanted");
    for (int round = 0; round < rounds; ++round)
        Add(a.data(), b.data(), out.mutable_data(), size_t(out.size()));
}

// Seconds in which each thread adds `rounds` times to a number of its own; the numbers
// are `apart` bytes from one another.
double count_apart(int threads, size_t apart, size_t rounds) {
    const size_t step = apart / sizeof(std::int64_t);
    if (threads < 1 || step < 1)
        throw std::invalid_argument("count_apart: one thread and 8 bytes at least");
    std::vector<std::int64_t> numbers(size_t(threads) * step + 64);
    const auto address = reinterpret_cast<std::uintptr_t>(numbers.data());
    std::int64_t* first = numbers.data() + (256 - address % 256) / 8 % 32;
    const py::gil_scoped_release others;
    const auto start = Clock::now();
#pragma omp parallel for num_threads(threads)
    for (int thread = 0; thread < threads; ++thread) {
        volatile std::int64_t* own = first + size_t(thread) * step;
        for (size_t i = 0; i < rounds; ++i) *own = *own + 1;
    }
    return since(start);
}
}  // namespace

PYBIND11_MODULE(_machine_probes, module) {
    module.doc() = "Experiments with memory, vectors and threads.";
    module.def("chase", &chase, py::arg("next").noconvert(), py::arg("steps"),
               py::arg("place") = 0);
    module.def("add_one", &checked<add_one>, py::arg("a"), py::arg("b"),
               py::arg("out").noconvert(), py::arg("rounds") = 1);
    module.def("add_four", &checked<add_four>, py::arg("a"), py::arg("b"),
               py::arg("out").noconvert(), py::arg("rounds") = 1);
    module.def("count_apart", &count_apart, py::arg("threads"), py::arg("apart"),
               py::arg("rounds"));
#ifdef _OPENMP
    module.attr("threads") = omp_get_num_procs();
#else
    module.attr("threads") = 1;
#endif
}
