// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "threads.hpp"

#include <atomic>

#if defined(__unix__) || defined(__APPLE__)
#define NB_FORKS
#include <pthread.h>
#endif

namespace nb {
namespace {
int at_start() {
#ifdef NB_FORKS
    // GNU's runtime waits for ever for threads that a fork has left behind.
    pthread_atfork(nullptr, nullptr, [] { set_threads(1); });
#endif
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

std::atomic<int> threads{at_start()};
}  // namespace

int get_threads() {
    return threads.load(std::memory_order_relaxed);
}

void set_threads(int count) {
#ifndef _OPENMP
    count = 1;
#endif
    count = count < 1 ? 1 : count;
    threads.store(count, std::memory_order_relaxed);
#ifdef _OPENMP
    omp_set_num_threads(count);  // for kernels of other modules, on this thread
#endif
}
}  // namespace nb
