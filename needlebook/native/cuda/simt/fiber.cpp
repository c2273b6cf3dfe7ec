// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "fiber.hpp"

#include <algorithm>
#include <cstdint>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif
#if !defined(__x86_64__) || defined(SIMT_PORTABLE)
#include <ucontext.h>

#include <new>
#endif

namespace simt {

#if defined(__x86_64__) && !defined(SIMT_PORTABLE)

extern "C" void simt_switch(void** from, void* to);
asm(R"(
    .text
    .hidden simt_switch
    .globl simt_switch
simt_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
)");

void prepare(Fiber& fiber, char* stack, std::size_t size, void (*entry)()) {
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(stack, size);
#endif
    auto top = reinterpret_cast<std::uintptr_t>(stack + size) & ~std::uintptr_t{15};
    void** words = reinterpret_cast<void**>(top) - 8;
    std::fill(words, words + 8, nullptr);
    words[6] = reinterpret_cast<void*>(entry);
    fiber.stopped = words;
}

void switch_fibers(Fiber& from, Fiber& to) {
    simt_switch(&from.stopped, to.stopped);
}

#else

void prepare(Fiber& fiber, char* stack, std::size_t size, void (*entry)()) {
    auto* context = new (stack) ucontext_t;
    getcontext(context);
    context->uc_stack.ss_sp = stack + sizeof(ucontext_t);
    context->uc_stack.ss_size = size - sizeof(ucontext_t);
    context->uc_link = nullptr;
    makecontext(context, entry, 0);
    fiber.stopped = context;
}

void switch_fibers(Fiber& from, Fiber& to) {
    static thread_local ucontext_t host;
    if (from.stopped == nullptr) from.stopped = &host;
    swapcontext(static_cast<ucontext_t*>(from.stopped),
                static_cast<ucontext_t*>(to.stopped));
}

#endif

}  // namespace simt
