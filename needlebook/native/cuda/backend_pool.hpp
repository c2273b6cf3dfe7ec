// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Memory of the device that is asked for once and lent many times.
#pragma once
#include <cstddef>
#include <map>
#include <vector>

namespace device {

class Pool {
  public:
    void* take(std::size_t bytes);  // OutOfMemory names the sizes
    void give(void* memory, std::size_t bytes);
    void empty_cache();
    static std::size_t size_class(std::size_t bytes);

    // Requests, those served from the cache, bytes lent, kept for later, and lent at
    // most.
    std::size_t requests = 0, reused = 0, lent = 0, kept = 0, peak = 0;

  private:
    std::map<std::size_t, std::vector<void*>> free_;
};

Pool& pool();

// A flat buffer of `size` float32, its contents not yet defined.
struct Array {
    explicit Array(std::size_t size);
    ~Array();
    Array(const Array&) = delete;
    Array& operator=(const Array&) = delete;

    std::size_t size;
    float* data;
};

}  // namespace device
