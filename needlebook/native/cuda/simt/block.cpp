// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "block.hpp"

#include <sys/mman.h>

#include <new>

#include "observer.hpp"

namespace simt {

constexpr std::size_t stack_size = 64 * 1024;
constexpr std::uint64_t untouched[2] = {0x5afe5afe5afe5afe, 0x5afe5afe5afe5afe};

Block*& Block::here() {
    static thread_local Block* block = nullptr;
    return block;
}

std::shared_ptr<char> reserve(std::size_t bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    auto give_back = [bytes](char* start) { munmap(start, bytes); };
    return {static_cast<char*>(memory), give_back};
}

// Every thread of the block gets its index and a stack that begins at the kernel.
void Block::start() {
    const dim3 size = launch->block;
    const unsigned count = size.x * size.y * size.z;
    if (stack_count_ < count) {
        stacks_ = reserve((count + 1) * stack_size);
        stack_count_ = count;
    }
    threads.assign(count, Thread{});
    for (unsigned t = 0; t < count; ++t) {
        threads[t].index = {t % size.x, t / size.x % size.y, t / (size.x * size.y)};
        char* end = end_of_stack(t);
        std::memcpy(end, untouched, sizeof(untouched));
        prepare(threads[t].fiber, end + sizeof(untouched),
                stack_size - sizeof(untouched), first_call);
    }
}

// Where a stack ends: two words that nobody may change. Below the first is room.
char* Block::end_of_stack(unsigned thread) const {
    return stacks_.get() + (thread + 1) * stack_size;
}

bool Block::overflowed(unsigned thread) const {
    return std::memcmp(end_of_stack(thread), untouched, sizeof(untouched)) != 0;
}

Finding Block::no_room() {
    Finding result = finding("stack", "its variables need more than 64 KiB", nullptr);
    result.doing = "has no room for them";
    return result;
}

void Block::first_call() {
    Block& block = *here();
    block.in_kernel = true;
    block.launch->thread(block.launch->arguments);
    block.in_kernel = false;
    block.threads[block.running].state = State::done;
    block.answer_warp_of(block.running);
    block.pause();
}

void Block::pause() {
    switch_fibers(threads[running].fiber, host_);
}

void Block::run(const Launch& what, uint3 place, const std::vector<unsigned>& order) {
    here() = this;
    in_kernel = false;
    launch = &what;
    index = place;
    fault_.clear();
    start();
    if (observer) observer->block_begins(*this);
    while (advance(order)) continue;
    if (observer) observer->block_ends();
    if (!fault_.empty()) throw Fault(fault_[0]);
}

// Let every thread that can run do so. False when the block has come to its end.
bool Block::advance(const std::vector<unsigned>& order) {
    bool moved = false;
    for (unsigned t : order) {
        if (threads[t].state != State::ready) continue;
        moved = true;
        running = t;
        switch_fibers(host_, threads[t].fiber);
        if (overflowed(t)) refuse(no_room());
        if (!fault_.empty()) return false;
    }
    if (moved) return true;
    unsigned done = 0, at_barrier = 0;
    for (const Thread& thread : threads) {
        done += thread.state == State::done;
        at_barrier += thread.state == State::waiting && thread.ask == Ask::barrier;
    }
    if (done == threads.size()) return false;
    if (at_barrier == threads.size()) {
        open_barrier();
        return true;
    }
    refuse(stuck());
    return false;
}

void Block::refuse(const Finding& finding) {
    if (observer) observer->found(finding);
    fault_.push_back(finding);
}

void Block::wait_at_barrier(const void* where) {
    const Away away(*this);
    Thread& thread = threads[running];
    thread.state = State::waiting;
    thread.ask = Ask::barrier;
    thread.where = where;
    pause();
}

void Block::open_barrier() {
    ++barriers;
    if (observer) observer->barrier_passed(*this);
    for (Thread& thread : threads) thread.state = State::ready;
}

std::uint64_t Block::exchange(const Thread& question) {
    const Away away(*this);
    Thread& thread = threads[running];
    const unsigned lane = running % warpSize;
    if (!(question.mask >> lane & 1))
        stop(finding("warp", "lane " + std::to_string(lane) + " is not in its own mask",
                     question.where));
    thread.state = State::waiting;
    thread.ask = question.ask;
    thread.mask = question.mask;
    thread.value = question.value;
    thread.source = question.source;
    thread.where = question.where;
    answer_warp_of(running);
    if (thread.state == State::waiting) pause();
    return thread.value;
}

// Once every living lane of a mask has asked, all of them get their answers.
void Block::answer_warp_of(unsigned thread) {
    const unsigned first = thread / warpSize * warpSize;
    const unsigned end = std::min<unsigned>(first + warpSize, threads.size());
    for (unsigned t = first; t < end; ++t) {
        const Thread& one = threads[t];
        if (one.state == State::waiting && one.ask != Ask::barrier)
            answer(first, end, one.ask, one.mask);
    }
}

void Block::answer(unsigned first, unsigned end, Ask ask, unsigned mask) {
    unsigned asked = 0, ballot = 0;
    std::uint64_t values[warpSize];
    std::fill(values, values + warpSize, ~std::uint64_t{0});
    for (unsigned t = first; t < end; ++t) {
        const Thread& one = threads[t];
        const unsigned bit = 1u << (t - first);
        if (!(mask & bit) || one.state == State::done) continue;
        if (one.state == State::ready || one.ask != ask || one.mask != mask) return;
        asked |= bit;
        values[t - first] = one.value;
        if (one.value) ballot |= bit;
    }
    ++warp_steps;
    if (observer) observer->warp_passed(first, asked, ask);
    for (unsigned t = first; t < end; ++t) {
        Thread& one = threads[t];
        if (!(asked >> (t - first) & 1)) continue;
        const bool answered = asked >> one.source % warpSize & 1;
        if (ask == Ask::shuffle && !answered && observer) no_answer(t);
        one.state = State::ready;
        if (ask == Ask::ballot) one.value = ballot;
        if (ask == Ask::shuffle) one.value = values[one.source % warpSize];
    }
}

void Block::no_answer(unsigned thread) {
    const Thread& one = threads[thread];
    const unsigned lane = one.source % warpSize;
    Finding result = finding(
        "warp",
        "lane " + std::to_string(lane) + " is asked for a value and takes no part",
        one.where);
    result.thread = one.index;
    result.doing = "asks it";
    observer->found(result);
}

void Block::stop(const Finding& what) {
    refuse(what);
    pause();
    __builtin_unreachable();
}

std::string Block::name_of_thread(unsigned thread) const {
    return "thread " + show(threads[thread].index);
}

// Whether an address is the block's own business: its stacks and the arguments.
bool Block::owns(const void* address) const {
    const char* at = static_cast<const char*>(address);
    const char* arguments = static_cast<const char*>(launch->arguments);
    return (at >= stacks_.get() && at < end_of_stack(stack_count_)) ||
           (at >= arguments && at < arguments + launch->bytes);
}

Finding Block::finding(const char* kind, const std::string& text, const void* where) {
    Finding result;
    result.kind = kind;
    result.text = text;
    result.kernel = launch->kernel;
    result.block = index;
    result.thread = threads[running].index;
    result.where = where;
    return result;
}

// Nobody can run: say who waits, and for whom.
Finding Block::stuck() {
    const Thread *waits = nullptr, *missing = nullptr;
    unsigned arrived = 0;
    for (const Thread& thread : threads)
        if (thread.state == State::waiting && waits == nullptr) waits = &thread;
    const unsigned first = (waits - threads.data()) / warpSize * warpSize;
    const bool barrier = waits->ask == Ask::barrier;
    for (unsigned t = 0; t < threads.size(); ++t) {
        const Thread& thread = threads[t];
        const bool wanted = barrier || (t / warpSize * warpSize == first &&
                                        waits->mask >> t % warpSize & 1);
        if (!wanted) continue;
        const bool here = thread.state == State::waiting && thread.ask == waits->ask;
        arrived += here;
        if (!here && missing == nullptr) missing = &thread;
    }
    running = waits - threads.data();
    if (missing == nullptr)
        return finding("warp", "lanes of one warp wait with different masks",
                       waits->where);
    const std::string what =
        barrier ? "the barrier was reached by " + std::to_string(arrived) + " of " +
                      std::to_string(threads.size()) + " threads"
                : "a warp operation waits for a lane that does not come";
    const char* doing = missing->state == State::done  ? " has already ended"
                        : missing->ask == Ask::barrier ? " waits at a barrier"
                                                       : " waits for its warp";
    Finding result = finding(barrier ? "barrier" : "warp", what, waits->where);
    result.doing = "waits here";
    result.other_doing = name_of_thread(missing - threads.data()) + doing;
    result.other = missing->where;
    return result;
}

std::string show(uint3 at) {
    return "(" + std::to_string(at.x) + ", " + std::to_string(at.y) + ", " +
           std::to_string(at.z) + ")";
}

}  // namespace simt
