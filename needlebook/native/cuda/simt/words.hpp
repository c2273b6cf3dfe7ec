// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The words that CUDA adds to C++, for a compiler that does not know them.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#define __global__
#define __device__
#define __host__
#define __constant__ const
#define __shared__ static thread_local __attribute__((aligned(256)))
#define __launch_bounds__(...)
#define __restrict__ __restrict
#define __forceinline__ inline __attribute__((always_inline))

struct uint3 {
    unsigned x, y, z;
};

struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

struct alignas(8) float2 {
    float x, y;
};
struct alignas(16) float4 {
    float x, y, z, w;
};
struct alignas(8) int2 {
    int x, y;
};
struct alignas(16) int4 {
    int x, y, z, w;
};

__forceinline__ float2 make_float2(float x, float y) {
    return {x, y};
}
__forceinline__ float4 make_float4(float x, float y, float z, float w) {
    return {x, y, z, w};
}
__forceinline__ int2 make_int2(int x, int y) {
    return {x, y};
}
__forceinline__ int4 make_int4(int x, int y, int z, int w) {
    return {x, y, z, w};
}

// Who am I? The answers are functions, because they differ from thread to thread.
namespace simt {
uint3 thread_index();
uint3 block_index();
dim3 block_size();
dim3 grid_size();
}  // namespace simt
#define threadIdx (::simt::thread_index())
#define blockIdx (::simt::block_index())
#define blockDim (::simt::block_size())
#define gridDim (::simt::grid_size())
constexpr int warpSize = 32;

using std::max;
using std::min;
inline float rsqrtf(float x) {
    return 1.0f / std::sqrt(x);
}
template <typename T>
T __ldg(const T* address) {
    return *address;
}
inline int __popc(unsigned bits) {
    return __builtin_popcount(bits);
}
inline int __ffs(unsigned bits) {
    return __builtin_ffs(static_cast<int>(bits));
}
inline int __clz(int bits) {
    return bits == 0 ? 32 : __builtin_clz(static_cast<unsigned>(bits));
}
