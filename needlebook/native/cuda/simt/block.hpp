// Extracted from the book: edit the chapter, or edit here and run "make sync".
// A block: its threads as fibers, its barrier, its warps.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "fiber.hpp"
#include "grid.hpp"

namespace simt {

enum class State { ready, waiting, done };

struct Thread {
    uint3 index;
    Fiber fiber;
    State state;
    Ask ask;
    unsigned mask;
    std::uint64_t value;
    int source;
    const void* where;
};

class Block {
  public:
    static Block*& here();

    void run(const Launch& launch, uint3 index, const std::vector<unsigned>& order);
    void wait_at_barrier(const void* where);
    std::uint64_t exchange(const Thread& question);
    [[noreturn]] void stop(const Finding& finding);
    std::string name_of_thread(unsigned thread) const;
    bool owns(const void* address) const;
    Finding finding(const char* kind, const std::string& text, const void* where);

    const Launch* launch = nullptr;
    uint3 index{};
    unsigned running = 0;
    bool in_kernel = false;
    std::vector<Thread> threads;
    std::uint64_t barriers = 0, warp_steps = 0;

  private:
    static void first_call();
    void start();
    void pause();
    char* end_of_stack(unsigned thread) const;
    bool overflowed(unsigned thread) const;
    Finding no_room();
    bool advance(const std::vector<unsigned>& order);
    void open_barrier();
    void answer_warp_of(unsigned thread);
    void answer(unsigned first, unsigned end, Ask ask, unsigned mask);
    void no_answer(unsigned thread);
    void refuse(const Finding& finding);
    Finding stuck();

    Fiber host_;
    std::vector<Finding> fault_;
    std::shared_ptr<char> stacks_;
    std::size_t stack_count_ = 0;
};

// As long as it lives, the machine works and not the kernel.
class Away {
  public:
    explicit Away(Block& block) : block_(block) {
        block_.in_kernel = false;
    }
    ~Away() {
        block_.in_kernel = true;
    }

  private:
    Block& block_;
};

std::string show(uint3 index);

}  // namespace simt
