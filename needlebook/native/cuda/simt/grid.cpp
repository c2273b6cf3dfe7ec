// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "grid.hpp"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <random>
#include <system_error>
#include <thread>

#include "block.hpp"
#include "counts.hpp"
#include "names.hpp"
#include "observer.hpp"

namespace simt {

Observer* observer = nullptr;

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

struct Settings {
    Order order = Order::forward;
    unsigned workers = 1;
    Settings() {
        const std::string name = environment("NEEDLEBOOK_SIM_ORDER");
        if (!name.empty()) order = order_named(name);
        std::string count = environment("NEEDLEBOOK_SIM_THREADS");
        if (count.empty()) count = environment("OMP_NUM_THREADS");
        const int wanted = std::atoi(count.c_str());
        workers =
            wanted > 0 ? wanted : std::max(1u, std::thread::hardware_concurrency());
    }
};

Settings& settings() {
    static Settings kept;
    return kept;
}

std::vector<unsigned> ordered(unsigned count, unsigned seed) {
    std::vector<unsigned> order(count);
    std::iota(order.begin(), order.end(), 0u);
    if (settings().order == Order::reverse) std::reverse(order.begin(), order.end());
    if (settings().order == Order::shuffled)
        std::shuffle(order.begin(), order.end(), std::mt19937(seed));
    return order;
}

void check(const Launch& launch) {
    const dim3 &g = launch.grid, &b = launch.block;
    const std::uint64_t threads = std::uint64_t{b.x} * b.y * b.z;
    auto refuse = [&](const std::string& why) {
        throw std::invalid_argument("launch of " + name_of(launch.kernel) + ": " + why);
    };
    auto shape = [](const dim3& d) { return show({d.x, d.y, d.z}); };
    if (threads == 0 || threads > 1024)
        refuse("a block " + shape(b) + " has " + std::to_string(threads) +
               " threads, wanted are 1 to 1024");
    if (b.z > 64) refuse("a block " + shape(b) + " is deeper than 64");
    if (g.x == 0 || g.y == 0 || g.z == 0 || g.y > 65535 || g.z > 65535)
        refuse("a grid " + shape(g) + " must be 1 to 65535 in y and z, and not empty");
    if (std::uint64_t{g.x} * g.y * g.z > 0x7fffffff)
        refuse("a grid " + shape(g) + " has more than 2**31 - 1 blocks");
}

// Nobody may count on what is in shared memory at first: all bits one, NaN as a float.
void spoil(const std::vector<Variable>& arrays) {
    for (const Variable& array : arrays) std::memset(array.start, 0xff, array.bytes);
}

// The worker's loop: take the next block, run it, until there is none or one failed.
struct Grid {
    const Launch& launch;
    std::vector<unsigned> blocks, threads;
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex lock;
    std::exception_ptr error;

    void work() {
        static thread_local Block block;
        block.barriers = block.warp_steps = 0;
        const std::vector<Variable> arrays = shared_arrays(launch.kernel);
        try {
            for (std::size_t i; !failed && (i = next++) < blocks.size();) {
                const unsigned b = blocks[i];
                const dim3 size = launch.grid;
                spoil(arrays);
                block.run(launch,
                          {b % size.x, b / size.x % size.y, b / size.x / size.y},
                          threads);
            }
        } catch (...) {
            std::lock_guard guard(lock);
            if (!failed.exchange(true)) error = std::current_exception();
        }
        std::lock_guard guard(lock);
        counters().barriers += block.barriers;
        counters().warp_steps += block.warp_steps;
    }
};

}  // namespace

Counters& counters() {
    static Counters kept;
    return kept;
}

void reset_counters() {
    counters() = {};
}

Order order_named(const std::string& name) {
    if (name == "forward") return Order::forward;
    if (name == "reverse") return Order::reverse;
    if (name == "shuffled") return Order::shuffled;
    throw std::invalid_argument("order of threads: " + name +
                                " is none of forward, reverse, shuffled");
}

void set_order(Order order) {
    settings().order = order;
}

void set_workers(unsigned count) {
    settings().workers = std::max(1u, count);
}

unsigned workers() {
    return observer ? 1 : settings().workers;
}

void run(const Launch& launch) {
    check(launch);
    const unsigned blocks = launch.grid.x * launch.grid.y * launch.grid.z;
    const unsigned threads = launch.block.x * launch.block.y * launch.block.z;
    counters().launches += 1;
    counters().blocks += blocks;
    counters().threads += std::uint64_t{blocks} * threads;
    Grid grid{launch, ordered(blocks, 1), ordered(threads, 2)};
    if (observer) observer->launch_begins();
    std::vector<std::thread> helpers;
    try {
        for (unsigned i = 1; i < std::min(workers(), blocks); ++i)
            helpers.emplace_back([&] { grid.work(); });
    } catch (const std::system_error&) {
        // The system gives no more threads: those that there are do the work.
    }
    grid.work();
    for (std::thread& helper : helpers) helper.join();
    if (observer) observer->launch_ends();
    if (grid.error) std::rethrow_exception(grid.error);
}

Fault::Fault(const Finding& what)
    : std::runtime_error(name_of(what.kernel) + ", block " + show(what.block) +
                         ", thread " + show(what.thread) + ": " + what.text +
                         (what.other_doing.empty() ? "" : "; " + what.other_doing)),
      finding(what) {}

void watch(const void* start, std::size_t bytes, const char* name) {
    if (observer) observer->watch(start, bytes, name);
}

void unwatch(const void* start) {
    if (observer) observer->unwatch(start);
}

void written(const void* start, std::size_t bytes, bool yes) {
    if (observer) observer->written(start, bytes, yes);
}

}  // namespace simt
