// Extracted from the book: edit the chapter, or edit here and run "make sync".
// What the kernels of the chapter offer to the binding; pointers are of the host.
#pragma once
#include <string>
#include <vector>

void add_on_device(const float* a, const float* b, float* c, int n, int block);
void add_many(const float* a, const float* b, float* c, int n, int steps, bool stay);
void transfers(int n, int repeats, double* seconds);

std::vector<std::string> window_kernels();
void windows_on_device(int kernel, const float* x, float* y, int n);

// A rung: its tile of C and its depth, the part of a thread, threads of a block.
struct Rung {
    std::string kernel;
    int rows, columns, depth, thread_rows, thread_columns;
    bool transposed;
    void (*launch)(const float* a, const float* b, float* c, int m, int n, int k);
};
const std::vector<Rung>& rungs();

struct Sizes {
    int m, n, k;
};
// Return seconds per launch where repeats > 0.
double product_on_device(const Rung& rung, const float* a, const float* b, float* c,
                         Sizes sizes, int repeats);

// A kernel (rows, columns) -> `size` elements.
struct Move {
    std::string kernel;
    enum Result { same, turned, rows } result;
    void (*launch)(const float* in, float* out, int rows, int columns);
};
const std::vector<Move>& moves();
double move_on_device(const Move& move, const float* in, float* out, int rows,
                      int columns, int repeats);

struct Images {
    int count, height, width, channels, kernel, filters;
};
void conv_on_device(bool implicit, const float* x, const float* w, float* out,
                    const Images& sizes);
