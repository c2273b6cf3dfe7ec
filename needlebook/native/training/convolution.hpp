// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Convolution of images (n, height, width, c) with filters (kh, kw, c / groups, o).
#pragma once

#include <vector>

namespace nb::training {

struct Shape {
    long n, height, width, c;
    long kh, kw, o;
    long stride, padding, dilation, groups;
    long rows() const {
        return (height + 2 * padding - (kh - 1) * dilation - 1) / stride + 1;
    }
    long columns() const {
        return (width + 2 * padding - (kw - 1) * dilation - 1) / stride + 1;
    }
    bool depthwise() const {
        return groups > 1 && c == groups && o == groups;
    }
    long parts() const {
        return depthwise() ? 1 : groups;
    }
};

void convolve(const Shape& s, const float* x, const float* w, const float* bias,
              float* out);
void convolve_to_image(const Shape& s, const float* adjoint, const float* w, float* dx);
void convolve_to_filter(const Shape& s, const float* x, const float* adjoint,
                        float* dw);

}  // namespace nb::training
