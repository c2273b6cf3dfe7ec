// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "backend_launch.hpp"
#include "backend_moves.cuh"

namespace device {

void fill(float* out, std::size_t size, float value) {
    launch("fill", fill_all, blocks_for(size, THREADS), THREADS, value, out, size);
}

void set(const float* a, const Strided& out, const Sizes& shape) {
    const std::size_t size = elements(shape);
    launch("ewise_setitem", set_view, blocks_for(size, THREADS), THREADS, a,
           const_cast<float*>(out.data), size, views<1>(shape, {out}));
}

void set_scalar(float value, const Strided& out, const Sizes& shape) {
    const std::size_t size = elements(shape);
    launch("scalar_setitem", set_view_scalar, blocks_for(size, THREADS), THREADS, value,
           const_cast<float*>(out.data), size, views<1>(shape, {out}));
}

// The axes other than the last and `lane` as a walk over the source and the result.
void tiles(const float* a, const Views<1>& view, int lane, float* out) {
    const int last = view.axes - 1;
    Views<2> rest{};
    rest.offsets[0] = view.offsets[0];
    long long step = 1, out_step = 0;
    std::size_t outer = 1;
    Sizes steps(view.axes);
    for (int axis = last; axis >= 0; step *= view.shape.at[axis--]) steps[axis] = step;
    for (int axis = 0; axis < last; ++axis) {
        if (axis == lane) {
            out_step = steps[axis];
            continue;
        }
        rest.shape.at[rest.axes] = view.shape.at[axis];
        rest.strides[0].at[rest.axes] = view.strides[0].at[axis];
        rest.strides[1].at[rest.axes++] = steps[axis];
        outer *= view.shape.at[axis];
    }
    const long long width = view.shape.at[last], depth = view.shape.at[lane];
    const std::size_t across = (width + TILE - 1) / TILE;
    const std::size_t down = (depth + TILE - 1) / TILE;
    launch("compact", copy_tiles, blocks_for(across * down * outer, 1),
           dim3(TILE, TILE_ROWS), a, out, width, view.strides[0].at[last], depth,
           out_step, rest);
}

void compact(const Strided& a, const Sizes& shape, float* out) {
    const std::size_t size = elements(shape);
    if (size == 0) return;
    const Views<1> view = views<1>(shape, {a});
    const int last = view.axes - 1;
    if (last < 0 || (last == 0 && view.strides[0].at[0] == 1)) {
        on_device(out, a.data + a.offset, size * sizeof(float));
        return;
    }
    for (int axis = 0; axis < last; ++axis)
        if (view.strides[0].at[axis] == 1 && view.strides[0].at[last] != 1 &&
            view.shape.at[axis] >= TILE_ROWS && view.shape.at[last] >= TILE_ROWS)
            return tiles(a.data, view, axis, out);
    launch("compact", copy_view, blocks_for(size, THREADS), THREADS, a.data, out, size,
           view);
}

}  // namespace device
