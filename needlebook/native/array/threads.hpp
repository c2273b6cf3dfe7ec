// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Work on several threads, where there is enough of it.
#pragma once

#include <cstddef>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace nb {
using std::size_t;

constexpr size_t kWorth = 65536;  // elements that are worth waking a thread for

int get_threads();
void set_threads(int count);

// Call f(first, last) on parts of [0, count); `work`: elements in all.
template <class F>
void parallel(size_t count, size_t work, F f) {
#ifdef _OPENMP
    const size_t useful = work / kWorth < count ? work / kWorth : count;
    const size_t most = size_t(get_threads());
    const int team = int(useful < most ? useful : most);
    if (team > 1) {
#pragma omp parallel num_threads(team)
        {
            const size_t here = size_t(omp_get_thread_num());
            const size_t all = size_t(omp_get_num_threads());
            f(count / all * here + count % all * here / all,
              count / all * (here + 1) + count % all * (here + 1) / all);
        }
        return;
    }
#endif
    (void)work;
    f(size_t(0), count);
}
}  // namespace nb
