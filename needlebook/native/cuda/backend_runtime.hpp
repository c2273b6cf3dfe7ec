// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The device as the host sees it: memory, copies, waiting. No CUDA in this header.
#pragma once
#include <cstddef>
#include <sstream>
#include <stdexcept>
#include <string>

namespace device {

// A call of the runtime, or a launch, that failed; the text begins with its name.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct OutOfMemory : Error {
    using Error::Error;
};

template <typename... Parts>
std::string words(const Parts&... parts) {
    std::ostringstream text;
    (text << ... << parts);
    return text.str();
}

struct Memory {
    std::size_t free, total;
};

// Bytes that crossed between the memories since the program began.
struct Traffic {
    std::size_t to_device = 0, to_host = 0;
};
Traffic& traffic();

void* allocate(std::size_t bytes);  // nullptr where the device has no memory left
void release(void* memory);
void* allocate_pinned(std::size_t bytes);
void release_pinned(void* memory);
void to_device(void* to, const void* from, std::size_t bytes);
void to_host(void* to, const void* from, std::size_t bytes);
void on_device(void* to, const void* from, std::size_t bytes);
void synchronize();
void launched(const char* kernel, unsigned blocks, unsigned threads);
Memory memory();
int processors();
std::string status();  // "ok", or why there is no device
std::string describe();
void in_use(const void* memory, std::size_t bytes);
void out_of_use(const void* memory);

}  // namespace device
