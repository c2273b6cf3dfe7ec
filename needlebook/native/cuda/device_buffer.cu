// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The host side, written once for the runtime of the GPU and once for this process.
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

#include "device_buffer.hpp"
#include "simt.hpp"

Copied& copied() {
    static Copied counts;
    return counts;
}

#ifdef __CUDACC__
static void check(cudaError_t status, const std::string& what) {
    if (status == cudaSuccess) return;
    throw std::runtime_error(what + ": " + cudaGetErrorString(status));
}

DeviceBuffer::DeviceBuffer(std::size_t count, const char*) : count_(count) {
    const std::size_t bytes = count * sizeof(float);
    check(cudaMalloc(&data_, bytes),
          "cudaMalloc of " + std::to_string(bytes) + " bytes");
}

DeviceBuffer::~DeviceBuffer() {
    cudaFree(data_);
}

static void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    check(cudaMemcpy(to, from, bytes, kind),
          "cudaMemcpy of " + std::to_string(bytes) + " bytes");
}

std::string describe_device() {
    cudaDeviceProp found;
    check(cudaGetDeviceProperties(&found, 0), "cudaGetDeviceProperties");
    return std::string(found.name) + ", nvcc " + std::to_string(__CUDACC_VER_MAJOR__) +
           "." + std::to_string(__CUDACC_VER_MINOR__);
}

void finish(const char* what, bool wait) {
    check(cudaGetLastError(), std::string("launch of ") + what);
    if (wait) check(cudaDeviceSynchronize(), what);
}

#else
DeviceBuffer::DeviceBuffer(std::size_t count, const char* name) : count_(count) {
    const std::size_t bytes = (count * sizeof(float) + 255) / 256 * 256;
    data_ = static_cast<float*>(std::aligned_alloc(256, bytes ? bytes : 256));
    if (data_ == nullptr) throw std::bad_alloc();
    std::memset(data_, 0xff, bytes);  // not a number, until somebody writes
    simt::watch(data_, count * sizeof(float), name);
    simt::written(data_, count * sizeof(float), false);
}

DeviceBuffer::~DeviceBuffer() {
    simt::unwatch(data_);
    std::free(data_);
}

enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };

static void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind) {
    std::memcpy(to, from, bytes);
}

std::string describe_device() {
    return "simulated";
}

void finish(const char*, bool) {}
#endif

void DeviceBuffer::from_host(const float* host) {
    copy(data_, host, count_ * sizeof(float), cudaMemcpyHostToDevice);
    simt::written(data_, count_ * sizeof(float), true);
    copied().to_device += count_ * sizeof(float);
}

void DeviceBuffer::to_host(float* host) const {
    copy(host, data_, count_ * sizeof(float), cudaMemcpyDeviceToHost);
    copied().to_host += count_ * sizeof(float);
}
