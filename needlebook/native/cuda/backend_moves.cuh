// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Kernels that move elements: views to compact arrays, and back.
#pragma once
#include "backend_places.cuh"

__global__ void copy_view(const float* a, float* out, size_t size, Views<1> view) {
    const size_t index = thread_number();
    if (index >= size) return;
    long long place[1];
    find(index, view, place);
    out[index] = a[place[0]];
}

__global__ void set_view(const float* a, float* out, size_t size, Views<1> view) {
    const size_t index = thread_number();
    if (index >= size) return;
    long long place[1];
    find(index, view, place);
    out[place[0]] = a[index];
}

__global__ void set_view_scalar(float value, float* out, size_t size, Views<1> view) {
    const size_t index = thread_number();
    if (index >= size) return;
    long long place[1];
    find(index, view, place);
    out[place[0]] = value;
}

__global__ void fill_all(float value, float* out, size_t size) {
    const size_t index = thread_number();
    if (index < size) out[index] = value;
}

constexpr int TILE = 32, TILE_ROWS = 8;

// A view whose axis of stride 1 is not its last. One block moves 32 x 32 elements:
// rows of the source into a tile, columns of the tile into rows of the result. `rest`
// walks over the other axes, in the source and in the result.
__global__ void copy_tiles(const float* a, float* out, long long width,
                           long long a_step, long long depth, long long out_step,
                           Views<2> rest) {
    __shared__ float tile[TILE][TILE + 1];
    const long long across = (width + TILE - 1) / TILE,
                    down = (depth + TILE - 1) / TILE;
    const long long block = blockIdx.x;
    long long places[2];
    find(static_cast<size_t>(block / across / down), rest, places);
    const long long i = block % across * TILE, k = block / across % down * TILE;
    const int x = threadIdx.x, y = threadIdx.y;
    for (int j = y; j < TILE; j += TILE_ROWS)
        if (k + x < depth && i + j < width)
            tile[j][x] = a[places[0] + (i + j) * a_step + k + x];
    __syncthreads();
    for (int j = y; j < TILE; j += TILE_ROWS)
        if (i + x < width && k + j < depth)
            out[places[1] + (k + j) * out_step + i + x] = tile[x][j];
}
