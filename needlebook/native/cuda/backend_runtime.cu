// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "backend_runtime.hpp"
#include "simt.hpp"

#ifndef __CUDACC__
#include "backend_on_host.hpp"
#endif

namespace device {

// Raise an Error that names the call, unless it succeeded.
template <typename... Parts>
void check(cudaError_t code, const Parts&... call) {
    if (code == cudaSuccess) return;
    throw Error(words(call..., ": ", cudaGetErrorString(code), " (",
                      cudaGetErrorName(code), ")"));
}

Traffic counted;

Traffic& traffic() {
    return counted;
}

void to_device(void* to, const void* from, std::size_t bytes) {
    check(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice), "cudaMemcpy of ", bytes,
          " bytes to the device");
    simt::written(to, bytes, true);
    traffic().to_device += bytes;
}

void to_host(void* to, const void* from, std::size_t bytes) {
    check(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost), "cudaMemcpy of ", bytes,
          " bytes to the host");
    traffic().to_host += bytes;
}

void on_device(void* to, const void* from, std::size_t bytes) {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, 0),
          "cudaMemcpyAsync of ", bytes, " bytes on the device");
    simt::written(to, bytes, true);
}

void launched(const char* kernel, unsigned blocks, unsigned threads) {
    check(cudaGetLastError(), "launch of ", kernel, ", ", blocks, " blocks of ",
          threads, " threads");
}

void synchronize() {
    check(cudaDeviceSynchronize(),
          "cudaDeviceSynchronize, after the kernels before it");
}

void* allocate(std::size_t bytes) {
    void* memory = nullptr;
    const cudaError_t code = cudaMalloc(&memory, bytes);
    if (code == cudaErrorMemoryAllocation) {
        cudaGetLastError();  // takes the error back, else the next launch reports it
        return nullptr;
    }
    check(code, "cudaMalloc of ", bytes, " bytes");
    return memory;
}

void release(void* memory) {
    check(cudaFree(memory), "cudaFree");
}

void* allocate_pinned(std::size_t bytes) {
    void* memory = nullptr;
    check(cudaMallocHost(&memory, bytes), "cudaMallocHost of ", bytes, " bytes");
    return memory;
}

void release_pinned(void* memory) {
    cudaFreeHost(memory);
}

Memory memory() {
    Memory found{};
    check(cudaMemGetInfo(&found.free, &found.total), "cudaMemGetInfo");
    return found;
}

void in_use(const void* memory, std::size_t bytes) {
    simt::watch(memory, bytes, "array");
    simt::written(memory, bytes, false);
}

void out_of_use(const void* memory) {
    simt::unwatch(memory);
}

#ifdef __CUDACC__
std::string status() {
    int driver = 0, needed = 0, devices = 0;
    cudaRuntimeGetVersion(&needed);
    const cudaError_t code = cudaGetDeviceCount(&devices);
    cudaDriverGetVersion(&driver);
    cudaGetLastError();
    auto version = [](int number) {
        return words(number / 1000, ".", number % 1000 / 10);
    };
    if (driver == 0)
        return "no driver: install the NVIDIA driver of this machine's GPU";
    if (code == cudaErrorInsufficientDriver)
        return words("driver too old: it offers CUDA ", version(driver),
                     ", built with ", version(needed),
                     "; update the driver or build with an older nvcc");
    if (code == cudaErrorNoDevice || (code == cudaSuccess && devices == 0))
        return "no device: a driver is installed, but it finds no GPU";
    if (code != cudaSuccess)
        return words("no device: ", cudaGetErrorString(code), " (",
                     cudaGetErrorName(code), ")");
    return "ok";
}

std::string describe() {
    cudaDeviceProp found{};
    int driver = 0;
    check(cudaGetDeviceProperties(&found, 0), "cudaGetDeviceProperties");
    cudaDriverGetVersion(&driver);
    return words(found.name, ", compute capability ", found.major, ".", found.minor,
                 ", ", found.multiProcessorCount, " multiprocessors, driver for CUDA ",
                 driver / 1000, ".", driver % 1000 / 10);
}

int processors() {
    static const int found = [] {
        int count = 0;
        check(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, 0),
              "cudaDeviceGetAttribute");
        return count;
    }();
    return found;
}
#else
std::string status() {
    return "ok";
}
std::string describe() {
    return "simulator on the CPU";
}
int processors() {
    return 4;
}
#endif

}  // namespace device
