// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Memory of the device, for as long as the object lives.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>

class DeviceBuffer {
  public:
    explicit DeviceBuffer(std::size_t count, const char* name = "buffer");
    ~DeviceBuffer();
    DeviceBuffer(const DeviceBuffer&) = delete;
    DeviceBuffer& operator=(const DeviceBuffer&) = delete;

    void from_host(const float* host);
    void to_host(float* host) const;
    float* get() const {
        return data_;
    }

  private:
    std::size_t count_;
    float* data_ = nullptr;
};

// Bytes that were copied to the device and back since the process began.
struct Copied {
    std::size_t to_device = 0, to_host = 0;
};
Copied& copied();

// The device's name and the compiler that made the kernels for it.
std::string describe_device();

// Raise what the last launch left behind; with `wait`, when the device is done.
void finish(const char* what, bool wait = false);

// Run `once`; with repeats, return the seconds per run of so many further ones.
template <class Once>
double timed(Once once, int repeats) {
    using clock = std::chrono::steady_clock;
    once();
    if (repeats == 0) return 0;
    finish("warm-up", true);
    const auto begin = clock::now();
    for (int i = 0; i < repeats; ++i) once();
    finish("timed runs", true);
    return std::chrono::duration<double>(clock::now() - begin).count() / repeats;
}
