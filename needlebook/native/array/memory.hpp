// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Memory for arrays: aligned, from a pool that reuses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace nb {
using std::ptrdiff_t;
using std::size_t;

constexpr size_t kAlignment = 256;

// The machine has no memory for `bytes`.
struct OutOfMemory : std::bad_alloc {
    size_t bytes;
    explicit OutOfMemory(size_t wanted) : bytes(wanted) {}
};

void* acquire(size_t bytes);
void release(void* block, size_t bytes) noexcept;

// A flat buffer of float32, contents not defined. `borrowed` memory is not freed.
class Buffer {
  public:
    explicit Buffer(size_t count)
        : data(static_cast<float*>(acquire(count * sizeof(float)))), size(count) {}
    Buffer(float* borrowed, size_t count) : data(borrowed), size(count), owns_(false) {}
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() {
        if (owns_) release(data, size * sizeof(float));
    }

    float* const data;
    const size_t size;

  private:
    const bool owns_ = true;
};

struct PoolCounters {
    size_t live, cached, limit, hits, misses;
};

PoolCounters pool_counters();
void set_pool_limit(size_t bytes);
}  // namespace nb
