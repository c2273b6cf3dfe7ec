// Extracted from the book: edit the chapter, or edit here and run "make sync".
// What a convolution multiplies: runs of pixels, packed patches, packed filters.
#pragma once

namespace nb::training {

// Columns of a block of patches, and floats from one packed patch to the next.
constexpr long DEPTH = 192;
constexpr long STEP = 208;
constexpr int LARGEST_TILE = 16;

// Floats that lie together both in an image and in a patch: `taps` neighbours in a row.
struct Run {
    long dy, dx, taps, channel, length, column;
};

// Images (n, height, width, depth), walked at every `step` pixels on a grid.
struct Walk {
    const float* in;
    long height, width, depth;
    long rows, columns, step;
};

// A tap of one channel: its weights, and the pixels of a row that find it in the image.
struct Reach {
    long dy, dx, weights, begin, end;
};

// The loops that the processor's instruction set matters for.
struct Products {
    const char* name;
    long tile_rows, tile_columns;
    void (*form)(const Walk& walk, const Run* runs, long how_many, long first,
                 long count, float* patches);
    void (*pack)(const float* b, long row_step, long column_step, long k, long columns,
                 float* panels);
    void (*multiply)(const float* patches, long count, long k, const float* panels,
                     long columns, float* const* out, const float* bias, bool add);
    void (*multiply_transposed)(const float* patches, long count, long k,
                                const float* panels, long columns, float* const* out,
                                bool add);
    void (*channels)(const Walk& walk, const Reach* taps, long how_many, long row,
                     const float* filter, const float* bias, float* out, long out_step);
    void (*channels_to_filter)(const Walk& walk, const Reach* taps, long how_many,
                               long row, const float* adjoint, float* dw);
};

struct Passes;
const Products& products();
const Passes& passes();

}  // namespace nb::training
