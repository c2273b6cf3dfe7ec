// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The launch: a grid of blocks, and what is known of the one that runs.
#pragma once
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "warp.hpp"
#include "words.hpp"

namespace simt {

using Stream = void*;
enum class Order { forward, reverse, shuffled };

struct Launch {
    const void* kernel;
    dim3 grid, block;
    void (*thread)(const void* arguments);
    const void* arguments;
    std::size_t bytes;
};

// Something wrong, with the first place where it was seen.
struct Finding {
    std::string kind, text;
    const void* kernel = nullptr;
    uint3 block{}, thread{};
    // What the thread does, at which instruction; the same of another thread.
    std::string doing, other_doing;
    const void *where = nullptr, *other = nullptr;
    std::uint64_t times = 1;
};

struct Fault : std::runtime_error {
    Finding finding;
    explicit Fault(const Finding& finding);
};

void run(const Launch& launch);
Order order_named(const std::string& name);
void set_order(Order order);
void set_workers(unsigned workers);
unsigned workers();

// Name a piece of memory that kernels may use. Only the checking build remembers it.
void watch(const void* start, std::size_t bytes, const char* name);
void unwatch(const void* start);
// Say whether the host has written there; what nobody mentions counts as written.
void written(const void* start, std::size_t bytes, bool yes);

template <typename... P, typename... A>
void launch(void (*kernel)(P...), dim3 grid, dim3 block, Stream, A... args) {
    struct Call {
        void (*kernel)(P...);
        std::tuple<P...> args;
    };
    const Call call{kernel, std::tuple<P...>(args...)};
    auto thread = [](const void* given) {
        const Call& call = *static_cast<const Call*>(given);
        std::apply(call.kernel, call.args);
    };
    run({reinterpret_cast<const void*>(kernel), grid, block, thread, &call,
         sizeof(call)});
}

}  // namespace simt
