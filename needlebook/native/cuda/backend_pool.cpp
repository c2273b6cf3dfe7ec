// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "backend_pool.hpp"

#include <algorithm>

#include "backend_runtime.hpp"

namespace device {

// Multiples of 512 bytes, then eight classes to each power of two: less than an eighth
// is wasted.
std::size_t Pool::size_class(std::size_t bytes) {
    std::size_t step = 512;
    while (step * 16 < bytes) step *= 2;
    return std::max<std::size_t>((bytes + step - 1) / step * step, 512);
}

void* Pool::take(std::size_t bytes) {
    const std::size_t wanted = size_class(bytes);
    std::vector<void*>& waiting = free_[wanted];
    void* memory = nullptr;
    if (!waiting.empty()) {
        memory = waiting.back();
        waiting.pop_back();
        kept -= wanted;
        ++reused;
    } else {
        memory = allocate(wanted);
        if (!memory && kept) {
            empty_cache();
            memory = allocate(wanted);
        }
        if (!memory)
            throw OutOfMemory(
                words("cudaMalloc of ", wanted, " bytes: out of memory: ", lent,
                      " bytes are in arrays, the cache is empty, ",
                      device::memory().free, " of ", device::memory().total,
                      " bytes are free; let go of arrays, or work on "
                      "smaller batches"));
    }
    ++requests;
    lent += wanted;
    peak = std::max(peak, lent);
    in_use(memory, bytes);
    return memory;
}

void Pool::give(void* memory, std::size_t bytes) {
    const std::size_t wanted = size_class(bytes);
    out_of_use(memory);
    free_[wanted].push_back(memory);
    lent -= wanted;
    kept += wanted;
}

void Pool::empty_cache() {
    for (auto& [bytes, waiting] : free_) {
        for (; !waiting.empty(); waiting.pop_back()) {
            release(waiting.back());
            kept -= bytes;
        }
    }
}

// Never destroyed: arrays may outlive everything else of the program.
Pool& pool() {
    static Pool* kept = new Pool;
    return *kept;
}

Array::Array(std::size_t size) : size(size), data(nullptr) {
    if (size) data = static_cast<float*>(pool().take(size * sizeof(float)));
}

Array::~Array() {
    if (data) pool().give(data, size * sizeof(float));
}

}  // namespace device
