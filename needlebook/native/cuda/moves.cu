// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "conv_ladder.cuh"
#include "device_buffer.hpp"
#include "gpu_ladder.hpp"
#include "softmax.cuh"

using Kernel = void (*)(const float*, float*, int, int);

static int parts(int size, int part) {
    return (size + part - 1) / part;
}

template <Kernel kernel, int ITEMS>
void flat(const float* in, float* out, int rows, int columns) {
    const dim3 grid(parts(rows * columns, 256 * ITEMS));
    simt::launch(kernel, grid, dim3(256), 0, in, out, rows, columns);
}

template <Kernel kernel>
void tiled(const float* in, float* out, int rows, int columns) {
    const dim3 grid(parts(columns, 32), parts(rows, 32));
    simt::launch(kernel, grid, dim3(32, 8), 0, in, out, rows, columns);
}

static void thread_of_row(const float* in, float* out, int rows, int columns) {
    const dim3 grid(parts(rows, 128));
    simt::launch(row_sum_thread, grid, dim3(128), 0, in, out, rows, columns);
}

template <Kernel kernel>
void block_of_row(const float* in, float* out, int rows, int columns) {
    simt::launch(kernel, dim3(rows), dim3(128), 0, in, out, rows, columns);
}

static const std::vector<Move> all_moves = {
    {"relu_scalar", Move::same, flat<relu_scalar, 1>},
    {"relu_vector", Move::same, flat<relu_vector, 4>},
    {"transpose_direct", Move::turned, tiled<transpose_direct>},
    {"transpose_tile", Move::turned, tiled<transpose_tile<32>>},
    {"transpose_padded", Move::turned, tiled<transpose_tile<33>>},
    {"row_sum_thread", Move::rows, thread_of_row},
    {"row_sum_block", Move::rows, block_of_row<row_sum_block<128>>},
    {"softmax_three", Move::same, block_of_row<softmax_three<128>>},
    {"softmax_running", Move::same, block_of_row<softmax_running<128>>},
    {"softmax_held", Move::same, block_of_row<softmax_held<128, 8>>}};

const std::vector<Move>& moves() {
    return all_moves;
}

double move_on_device(const Move& move, const float* in, float* out, int rows,
                      int columns, int repeats) {
    const std::size_t size = static_cast<std::size_t>(rows) * columns;
    DeviceBuffer on_in(size), on_out(move.result == Move::rows ? rows : size);
    on_in.from_host(in);
    auto once = [&] {
        move.launch(on_in.get(), on_out.get(), rows, columns);
        finish(move.kernel.c_str());
    };
    const double seconds = timed(once, repeats);
    on_out.to_host(out);
    return seconds;
}

void conv_on_device(bool implicit, const float* x, const float* w, float* out,
                    const Images& s) {
    const int rows = s.count * s.height * s.width;
    const int columns = s.kernel * s.kernel * s.channels, n = s.filters;
    DeviceBuffer on_x(rows * s.channels), on_w(columns * n), on_out(rows * n);
    on_x.from_host(x);
    on_w.from_host(w);
    const Patches patches{on_x.get(), rows,       columns, s.height,
                          s.width,    s.channels, s.kernel};
    const dim3 grid(parts(n, 32), parts(rows, 32)), block(8, 8);
    if (implicit) {
        simt::launch(conv_implicit<32, 32, 8, 4, 4>, grid, block, 0, patches,
                     on_w.get(), on_out.get(), n);
    } else {
        DeviceBuffer made(static_cast<std::size_t>(rows) * columns);
        simt::launch(im2col, dim3(parts(rows * columns, 256)), dim3(256), 0, patches,
                     made.get());
        simt::launch(register_tile<32, 32, 8, 4, 4>, grid, block, 0, made.get(),
                     on_w.get(), on_out.get(), rows, n, columns);
        finish("im2col and product", true);
    }
    finish("convolution");
    on_out.to_host(out);
}
