// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

#include "demo_counts.cuh"
#include "demo_faults.cuh"
#include "demo_steps.cuh"
#include "demo_words.cuh"

namespace {

using Kernel = void (*)(const float*, float*, int);

struct Entry {
    const char* name;
    Kernel kernel;
};

const Entry entries[] = {
    {"who_am_i", who_am_i},
    {"turn_around", turn_around},
    {"sum_all", sum_all},
    {"window_sum", window_sum<8, 2>},
    {"square", square<4>},
    {"no_barrier", no_barrier},
    {"half_a_barrier", half_a_barrier},
    {"two_barriers", two_barriers},
    {"no_bound", no_bound},
    {"one_too_far", one_too_far},
    {"no_halo", no_halo},
    {"in_step", in_step},
    {"not_in_step", not_in_step},
    {"lost_updates", lost_updates},
    {"lost_tickets", lost_tickets},
    {"half_a_warp", half_a_warp},
    {"short_warp", short_warp},
    {"large_stack", large_stack},
    {"copy_every_1", copy_every<1>},
    {"copy_every_2", copy_every<2>},
    {"copy_every_8", copy_every<8>},
    {"copy_every_32", copy_every<32>},
    {"copy_rows", copy_rows},
    {"copy_four", copy_four},
    {"transpose", transpose},
    {"transpose_32", transpose_tile<32>},
    {"transpose_33", transpose_tile<33>},
    {"shuffles_32", shuffles<32>},
    {"shuffles_8", shuffles<8>},
    {"votes", votes},
    {"atomics", atomics},
    {"meet", meet},
};

// Memory that kernels reach, under a name that findings can use.
class Reachable {
  public:
    Reachable(const char* name, float* host, std::size_t count)
        : host_(host), bytes_(count * sizeof(float)) {
#ifdef __CUDACC__
        if (cudaMallocManaged(&data, bytes_) != cudaSuccess) throw std::bad_alloc();
#else
        data = static_cast<float*>(::operator new(bytes_, std::align_val_t{256}));
#endif
        std::memcpy(data, host_, bytes_);
        simt::watch(data, bytes_, name);
    }
    ~Reachable() {
        simt::unwatch(data);
#ifdef __CUDACC__
        cudaFree(data);
#else
        ::operator delete(data, std::align_val_t{256});
#endif
    }
    void copy_back() {
#ifdef __CUDACC__
        if (cudaDeviceSynchronize() != cudaSuccess)
            throw std::runtime_error("demo: the kernel failed");
#endif
        std::memcpy(host_, data, bytes_);
    }

    float* data = nullptr;

  private:
    float* host_;
    std::size_t bytes_;
};

}  // namespace

void run_demo(const std::string& name, float* in, std::size_t in_size, float* out,
              std::size_t out_size, int n, const unsigned* grid,
              const unsigned* block) {
    for (const Entry& entry : entries) {
        if (name != entry.name) continue;
        Reachable source("in", in, in_size), target("out", out, out_size);
        simt::launch(entry.kernel, dim3(grid[0], grid[1], grid[2]),
                     dim3(block[0], block[1], block[2]), 0, source.data, target.data,
                     n);
        target.copy_back();
        return;
    }
    std::string known;
    for (const Entry& entry : entries) known += std::string(" ") + entry.name;
    throw std::invalid_argument("demo: no kernel is called " + name + "; there are" +
                                known);
}
