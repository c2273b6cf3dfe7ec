// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "memory.hpp"

#include <cstdlib>
#include <mutex>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace nb {
namespace {

struct SizeClass {
    size_t bytes, index;
};

struct FreeList {
    size_t bytes = 0;
    std::vector<void*> blocks;
};

// Four sizes to each power of two, so that less than a fifth of a block is wasted;
// below 1 KiB sizes are multiples of the alignment.
SizeClass size_class(size_t bytes) {
#ifdef NB_SANITIZED
    return {bytes, 0};  // to the byte, so that a write beyond the end is seen
#endif
    size_t step = kAlignment, index = 0;
    for (; bytes / step >= 8; step *= 2) index += 4;
    const size_t steps = bytes / step + (bytes % step != 0);
    return {(steps ? steps : 1) * step, index + steps};
}

size_t physical_memory() {
#if defined(_SC_PHYS_PAGES) && defined(_SC_PAGESIZE)
    return size_t(sysconf(_SC_PHYS_PAGES)) * size_t(sysconf(_SC_PAGESIZE));
#else
    return SIZE_MAX;
#endif
}

constexpr size_t kHugePage = size_t(1) << 21;

std::align_val_t alignment(size_t bytes) {
    return std::align_val_t{bytes < 2 * kHugePage ? kAlignment : kHugePage};
}

// A system promises more memory than it has; what cannot fit is refused at once.
void* from_system(size_t bytes) {
    static const size_t most = physical_memory();
    if (bytes > most) return nullptr;
    void* block = ::operator new(bytes, alignment(bytes), std::nothrow);
#ifdef MADV_HUGEPAGE
    if (block && bytes >= 2 * kHugePage) madvise(block, bytes, MADV_HUGEPAGE);
#endif
    return block;
}

void to_system(void* block, size_t bytes) noexcept {
    ::operator delete(block, alignment(bytes));
}

// NEEDLEBOOK_POOL: how many MiB to keep for reuse; 0, or no number, keeps nothing.
size_t limit_from_environment() {
#ifdef NB_SANITIZED
    return 0;
#endif
    const char* told = std::getenv("NEEDLEBOOK_POOL");
    return size_t(told ? std::strtoull(told, nullptr, 10) : 256) << 20;
}

class Pool {
  public:
    void* acquire(size_t bytes) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const SizeClass wanted = size_class(bytes);
        std::vector<void*>& kept = free_[wanted.index].blocks;
        void* block = nullptr;
        if (!kept.empty()) {
            block = kept.back();
            kept.pop_back();
            counters_.cached -= wanted.bytes;
            ++counters_.hits;
        } else {
            block = from_system(wanted.bytes);
            if (!block) {
                empty();
                block = from_system(wanted.bytes);
            }
            if (!block) throw OutOfMemory(bytes);
            ++counters_.misses;
        }
        counters_.live += wanted.bytes;
        return block;
    }

    void release(void* block, size_t bytes) noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        const SizeClass given = size_class(bytes);
        counters_.live -= given.bytes;
        const bool fits = counters_.cached + given.bytes <= counters_.limit;
        if (counters_.limit == 0 || !fits || !keep(block, given))
            to_system(block, given.bytes);
    }

    PoolCounters counters() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return counters_;
    }

    void set_limit(size_t bytes) {
        const std::lock_guard<std::mutex> lock(mutex_);
#ifdef NB_SANITIZED
        bytes = 0;
#endif
        counters_.limit = bytes;
        if (counters_.cached > bytes) empty();
    }

  private:
    bool keep(void* block, SizeClass given) noexcept {
        try {
            free_[given.index].bytes = given.bytes;
            free_[given.index].blocks.push_back(block);
        } catch (const std::bad_alloc&) {
            return false;
        }
        counters_.cached += given.bytes;
        return true;
    }

    void empty() {
        for (FreeList& list : free_) {
            for (void* block : list.blocks) to_system(block, list.bytes);
            list.blocks.clear();
        }
        counters_.cached = 0;
    }

    std::mutex mutex_;
    PoolCounters counters_{0, 0, limit_from_environment(), 0, 0};
    FreeList free_[4 * 64];
};

// Never destroyed: arrays may outlive everything else at the end of a process.
Pool& pool() {
    static Pool& only = *new Pool;
    return only;
}
}  // namespace

void* acquire(size_t bytes) {
    return pool().acquire(bytes);
}

void release(void* block, size_t bytes) noexcept {
    pool().release(block, bytes);
}

PoolCounters pool_counters() {
    return pool().counters();
}

void set_pool_limit(size_t bytes) {
    pool().set_limit(bytes);
}
}  // namespace nb
