// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The part of CUDA's runtime that the backend calls, for the simulator: the device's
// memory is the host's, up to a limit, and a failure can be ordered.
#pragma once
#include <cstdlib>
#include <cstring>
#include <string>

using cudaError_t = int;
constexpr cudaError_t cudaSuccess = 0, cudaErrorMemoryAllocation = 2,
                      cudaErrorInsufficientDriver = 35, cudaErrorNoDevice = 100;
enum cudaMemcpyKind {
    cudaMemcpyHostToDevice = 1,
    cudaMemcpyDeviceToHost,
    cudaMemcpyDeviceToDevice
};

namespace on_host {

struct State {
    std::size_t limit = std::size_t{1} << 32, used = 0;
    std::string failing;
    cudaError_t code = cudaSuccess;
};

inline State kept;

inline State& state() {
    return kept;
}

inline cudaError_t outcome(const std::string& call) {
    if (state().failing != call) return cudaSuccess;
    state().failing.clear();
    return state().code;
}

}  // namespace on_host

// Each block begins with its size, as the memory of `malloc` does.
inline cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
    on_host::State& state = on_host::state();
    if (const cudaError_t code = on_host::outcome("cudaMalloc")) return code;
    if (bytes > state.limit - state.used) return cudaErrorMemoryAllocation;
    char* block =
        static_cast<char*>(std::aligned_alloc(512, (bytes + 1023) / 512 * 512));
    if (!block) return cudaErrorMemoryAllocation;
    std::memcpy(block, &bytes, sizeof bytes);
    state.used += bytes;
    *memory = block + 512;
    return cudaSuccess;
}

inline cudaError_t cudaFree(void* memory) {
    char* block = static_cast<char*>(memory) - 512;
    std::size_t bytes;
    std::memcpy(&bytes, block, sizeof bytes);
    on_host::state().used -= bytes;
    std::free(block);
    return on_host::outcome("cudaFree");
}

inline cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes,
                              cudaMemcpyKind) {
    std::memcpy(to, from, bytes);
    return on_host::outcome("cudaMemcpy");
}

inline cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes,
                                   cudaMemcpyKind, int) {
    std::memcpy(to, from, bytes);
    return on_host::outcome("cudaMemcpyAsync");
}

inline cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
    *memory = std::malloc(bytes);
    return *memory ? on_host::outcome("cudaMallocHost") : cudaErrorMemoryAllocation;
}

inline cudaError_t cudaFreeHost(void* memory) {
    std::free(memory);
    return cudaSuccess;
}

inline cudaError_t cudaDeviceSynchronize() {
    return on_host::outcome("cudaDeviceSynchronize");
}

inline cudaError_t cudaGetLastError() {
    return on_host::outcome("launch");
}

inline cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    *free = on_host::state().limit - on_host::state().used;
    *total = on_host::state().limit;
    return cudaSuccess;
}

inline const char* cudaGetErrorName(cudaError_t code) {
    return code == cudaErrorMemoryAllocation ? "cudaErrorMemoryAllocation"
                                             : "cudaErrorOrdered";
}

inline const char* cudaGetErrorString(cudaError_t code) {
    return code == cudaErrorMemoryAllocation ? "out of memory" : "ordered by a test";
}
