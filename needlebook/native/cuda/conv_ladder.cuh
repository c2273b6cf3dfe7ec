// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Convolution as a product: with the patches in memory, and with patches never made.
#pragma once
#include "ladder_tile.cuh"

// Row i holds the window of pixel i of images (n, h, w, c); a column is (a, b,
// channel).
struct Patches {
    const float* data;
    int rows, columns, height, width, channels, kernel;

    __device__ float operator()(int i, int j) const {
        if (i >= rows || j >= columns) return 0;
        const int tap = j / channels, x = i % width + tap % kernel - kernel / 2;
        const int y = i / width % height + tap / kernel - kernel / 2;
        const bool inside = y >= 0 && y < height && x >= 0 && x < width;
        const int image = i / (height * width);
        const int pixel = (image * height + y) * width + x;
        return inside ? data[pixel * channels + j % channels] : 0;
    }
};

// im2col: write the patches down.
__global__ void im2col(Patches patches, float* out) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at < patches.rows * patches.columns)
        out[at] = patches(at / patches.columns, at % patches.columns);
}

// The product of rung 5, whose left factor is formed while it is fetched.
template <int BM, int BN, int BK, int TM, int TN>
__global__ void __launch_bounds__(BM* BN / (TM * TN))
    conv_implicit(Patches patches, const float* filters, float* out, int n) {
    const Matrix B{filters, patches.columns, n};
    block_product<BM, BN, BK, TM, TN>(patches, B, out, patches.rows);
}
