// Extracted from the book: edit the chapter, or edit here and run "make sync".
// A product on tensor cores, for nvcc only: factors rounded to 10 bits of fraction.
#pragma once
#include "simt.hpp"

#ifdef __CUDACC__
#include <mma.h>

// One warp makes a 16 x 16 tile of C; sizes are multiples of 16. Compiled for an
// architecture before 8.0 the kernel is empty.
__global__ void tensor_core_product(const float* a, const float* b, float* c, int m,
                                    int n, int k) {
#if __CUDA_ARCH__ >= 800
    using namespace nvcuda::wmma;
    fragment<matrix_a, 16, 16, 8, precision::tf32, row_major> x;
    fragment<matrix_b, 16, 16, 8, precision::tf32, row_major> y;
    fragment<accumulator, 16, 16, 8, float> sum;
    fill_fragment(sum, 0.0f);
    const int row = blockIdx.y * 16, column = blockIdx.x * 16;
    for (int t = 0; t < k; t += 8) {
        load_matrix_sync(x, a + row * k + t, k);
        load_matrix_sync(y, b + t * n + column, n);
        for (int i = 0; i < x.num_elements; ++i) x.x[i] = __float_to_tf32(x.x[i]);
        for (int i = 0; i < y.num_elements; ++i) y.x[i] = __float_to_tf32(y.x[i]);
        mma_sync(sum, x, y, sum);
    }
    store_matrix_sync(c + row * n + column, sum, n, mem_row_major);
#endif
}
#endif
