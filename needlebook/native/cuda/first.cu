// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "device_buffer.hpp"
#include "first.cuh"
#include "first_faults.cuh"
#include "gpu_ladder.hpp"

void add_on_device(const float* a, const float* b, float* c, int n, int block) {
    DeviceBuffer on_a(n, "a"), on_b(n, "b"), on_c(n, "c");  // allocate
    on_a.from_host(a);                                      // copy
    on_b.from_host(b);
    const dim3 grid((n + block - 1) / block);  // how many blocks of how many threads
    simt::launch(vector_add, grid, dim3(block), 0, on_a.get(), on_b.get(), on_c.get(),
                 n);
    finish("vector_add");
    on_c.to_host(c);  // copy back; the end of the scope frees
}

// c = a + steps b, one launch per step; the sum stays on the device, or comes home.
void add_many(const float* a, const float* b, float* c, int n, int steps, bool stay) {
    if (!stay) {
        add_on_device(a, b, c, n, 256);
        for (int i = 1; i < steps; ++i) add_on_device(c, b, c, n, 256);
        return;
    }
    DeviceBuffer sum(n), on_b(n);
    sum.from_host(a);
    on_b.from_host(b);
    for (int i = 0; i < steps; ++i) {
        simt::launch(vector_add, dim3((n + 255) / 256), dim3(256), 0, sum.get(),
                     on_b.get(), sum.get(), n);
        finish("vector_add");
    }
    sum.to_host(c);
}

// Seconds to copy n floats to the device, to copy them back, and to add two vectors.
void transfers(int n, int repeats, double* seconds) {
    std::vector<float> host(n, 1.0f);
    DeviceBuffer a(n), b(n);
    b.from_host(host.data());
    seconds[0] = timed([&] { a.from_host(host.data()); }, repeats);
    seconds[1] = timed([&] { a.to_host(host.data()); }, repeats);
    auto add = [&] {
        simt::launch(vector_add, dim3((n + 255) / 256), dim3(256), 0, a.get(), b.get(),
                     a.get(), n);
    };
    seconds[2] = timed(add, repeats);
    finish("vector_add", true);
}

constexpr int radius = 2, window_block = 256;

std::vector<std::string> window_kernels() {
    return {"window_sum", "window_sum_shared", "window_sum_no_barrier",
            "window_sum_no_halo", "window_sum_no_start"};
}

// x (n + 4), y (n); `kernel` is a place in the list above.
void windows_on_device(int kernel, const float* x, float* y, int n) {
    using Kernel = void (*)(const float*, float*, int);
    const Kernel kernels[] = {
        window_sum<radius>, window_sum_shared<radius, window_block>,
        window_sum_no_barrier<radius, window_block>,
        window_sum_no_halo<radius, window_block>, window_sum_no_start<radius>};
    DeviceBuffer on_x(n + 2 * radius, "x"), on_y(n, "y");
    on_x.from_host(x);
    const dim3 grid((n + window_block - 1) / window_block);
    simt::launch(kernels[kernel], grid, dim3(window_block), 0, on_x.get(), on_y.get(),
                 n);
    finish(window_kernels()[kernel].c_str());
    on_y.to_host(y);
}
