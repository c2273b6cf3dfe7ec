// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "layout.hpp"

namespace nb {
namespace {
std::string shown(const Axes& axes) {
    std::string text = "(";
    for (int axis = 0; axis < axes.rank; ++axis)
        text += (axis ? ", " : "") + std::to_string(axes.at[axis]);
    return text + (axes.rank == 1 ? ",)" : ")");
}
}  // namespace

// The product of the sizes. Those that are not 0 must fit the address space together.
size_t elements(const Axes& shape) {
    size_t count = 1;
    bool none = false;
    for (int axis = 0; axis < shape.rank; ++axis) {
        const ptrdiff_t size = shape.at[axis];
        if (size < 0) throw Refused("shape " + shown(shape) + ": a size is negative");
        if (size > 0 && size_t(size) > PTRDIFF_MAX / sizeof(float) / count)
            throw Refused("shape " + shown(shape) +
                          ": more elements than there are addresses");
        none = none || size == 0;
        count *= size ? size_t(size) : 1;
    }
    return none ? 0 : count;
}

Axes compact_strides(const Axes& shape) {
    Axes strides = shape;
    ptrdiff_t step = 1;
    for (int axis = shape.rank - 1; axis >= 0; step *= shape.at[axis--])
        strides.at[axis] = step;
    return strides;
}

void check_size(const char* name, const Buffer& buffer, const Axes& shape) {
    const size_t wanted = elements(shape);
    if (buffer.size != wanted)
        throw Refused(std::string(name) + ": a buffer holds " +
                      std::to_string(buffer.size) + " elements, wanted are " +
                      std::to_string(wanted) + " for the shape " + shown(shape));
}

// The lowest and the highest element that a view reaches must be in its buffer.
void check_view(const char* name, const View& view, const Axes& shape) {
    if (view.strides.rank != shape.rank)
        throw Refused(std::string(name) + ": " + std::to_string(shape.rank) +
                      " sizes and " + std::to_string(view.strides.rank) + " strides");
    if (elements(shape) == 0) return;
    const ptrdiff_t end = ptrdiff_t(view.buffer.size);
    ptrdiff_t low = view.offset, high = view.offset;
    bool inside = low >= 0 && high < end;
    for (int axis = 0; axis < shape.rank && inside; ++axis) {
        const ptrdiff_t steps = shape.at[axis] - 1, stride = view.strides.at[axis];
        if (steps == 0) continue;
        inside = stride <= end / steps && stride >= -(end / steps);
        if (inside) (stride < 0 ? low : high) += steps * stride;
        inside = inside && low >= 0 && high < end;
    }
    if (!inside)
        throw Refused(std::string(name) + ": shape " + shown(shape) + " with strides " +
                      shown(view.strides) + " from element " +
                      std::to_string(view.offset) + " reaches out of a buffer of " +
                      std::to_string(view.buffer.size) + " elements");
}
}  // namespace nb
