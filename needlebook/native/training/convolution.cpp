// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "convolution.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <vector>

#include "products.hpp"

namespace nb::training {

// Memory whose contents are not yet defined.
static std::unique_ptr<float[]> scratch(long size) {
    return std::unique_ptr<float[]>(new float[size]);
}

// One tap of the filter: where it looks, and its place among the kh * kw.
struct Tap {
    long dy, dx, place;
};

// Columns `first` to `first + k` of patches whose taps have `c` channels each.
static std::vector<Run> runs_of(const std::vector<Tap>& taps, long c, long depth,
                                long channel, long first, long k) {
    std::vector<Run> runs;
    for (long at = first; at < first + k;) {
        const Tap& tap = taps[at / c];
        const long from = at % c, length = std::min(c - from, first + k - at);
        Run* last = runs.empty() ? nullptr : &runs.back();
        if (last && length == c && c == depth && last->length == last->taps * c &&
            last->dy == tap.dy && last->dx + last->taps == tap.dx) {
            last->taps += 1;
            last->length += c;
        } else {
            runs.push_back({tap.dy, tap.dx, 1, channel + from, length, at - first});
        }
        at += length;
    }
    return runs;
}

// What one product of patches and filters needs, whichever way the convolution runs.
struct Problem {
    Walk walk;
    std::vector<Tap> taps;
    long c, channel, images;
    const float* filter;
    long tap_step, channel_step, column_step, columns;
    float* out;
    long image_step, row_step, pixel_step;
    const float* bias;
    long depth() const {
        return static_cast<long>(taps.size()) * c;
    }
    long pixels() const {
        return images * walk.rows * walk.columns;
    }
    bool in_order() const {
        for (long t = 0; t < static_cast<long>(taps.size()); ++t)
            if (taps[t].place * tap_step != t * c * channel_step) return false;
        return true;
    }
    float* target(long pixel) const {
        const long row = pixel / walk.columns;
        return out + row / walk.rows * image_step + row % walk.rows * row_step +
               pixel % walk.columns * pixel_step;
    }
};

// Columns with those that fill the last panel, half or whole.
static long padded(long columns) {
    const long half = products().tile_columns / 2, halves = (columns + half - 1) / half;
    return halves * half;
}

// Filters as the tiles read them: for each DEPTH rows, panels of columns.
static std::unique_ptr<float[]> packed_filters(const Problem& p) {
    const long k = p.depth(), wide = padded(p.columns);
    auto panels = scratch(k * wide);
    std::vector<float> rows;
    for (long first = 0; first < k; first += DEPTH) {
        const long here = std::min(DEPTH, k - first);
        float* to = panels.get() + first * wide;
        if (p.in_order()) {
            products().pack(p.filter + first * p.channel_step, p.channel_step,
                            p.column_step, here, p.columns, to);
            continue;
        }
        rows.resize(here * p.columns);
        for (long i = 0; i < here; ++i) {
            const long at = first + i;
            const float* from = p.filter + p.taps[at / p.c].place * p.tap_step +
                                at % p.c * p.channel_step;
            for (long j = 0; j < p.columns; ++j)
                rows[i * p.columns + j] = from[j * p.column_step];
        }
        products().pack(rows.data(), p.columns, 1, here, p.columns, to);
    }
    return panels;
}

// The first exception of a parallel region. After it the threads do nothing more.
class Trouble {
    std::atomic<bool> any{false};
    std::exception_ptr first;

  public:
    template <class Body>
    void guard(Body body) noexcept {
        if (any.load(std::memory_order_relaxed)) return;
        try {
            body();
        } catch (...) {
            if (!any.exchange(true)) first = std::current_exception();
        }
    }
    void raise() const {
        if (first) std::rethrow_exception(first);
    }
};

static void run(const Problem& p) {
    const Products& use = products();
    const long block = 112 / use.tile_rows * use.tile_rows, wide = padded(p.columns);
    const auto panels = packed_filters(p);
    std::vector<std::vector<Run>> runs;
    for (long first = 0; first < p.depth(); first += DEPTH)
        runs.push_back(runs_of(p.taps, p.c, p.walk.depth, p.channel, first,
                               std::min(DEPTH, p.depth() - first)));
    const long blocks = (p.pixels() + block - 1) / block;
    const bool large = 2.0 * p.pixels() * p.depth() * p.columns > 8e6;
    const auto one_block = [&](long b, float* patches, float** out) {
        const long first = b * block, count = std::min(block, p.pixels() - first);
        for (long i = 0; i < count; ++i) out[i] = p.target(first + i);
        for (long part = 0; part * DEPTH < p.depth(); ++part) {
            const long k = std::min(DEPTH, p.depth() - part * DEPTH);
            use.form(p.walk, runs[part].data(), runs[part].size(), first, count,
                     patches);
            use.multiply(patches, count, k, panels.get() + part * DEPTH * wide,
                         p.columns, out, part ? nullptr : p.bias, part > 0);
        }
    };
    Trouble trouble;
#pragma omp parallel if (large)
    {
        std::unique_ptr<float[]> patches;
        std::vector<float*> out;
#pragma omp for
        for (long b = 0; b < blocks; ++b)
            trouble.guard([&] {
                if (!patches) {
                    out.resize(block);
                    patches = scratch(std::min(block, p.pixels()) * STEP);
                }
                one_block(b, patches.get(), out.data());
            });
    }
    (void)large;
    trouble.raise();
}

// The taps for one channel each, with the pixels x where x * step + dx is in the image.
static std::vector<Reach> reaches(const Walk& walk, const std::vector<Tap>& taps,
                                  long tap_step) {
    std::vector<Reach> found;
    for (const Tap& tap : taps) {
        const long begin = (walk.step - 1 - tap.dx) / walk.step;
        const long end = (walk.width - tap.dx + walk.step - 1) / walk.step;
        found.push_back({tap.dy, tap.dx, tap.place * tap_step, std::max(0L, begin),
                         std::min(walk.columns, end)});
    }
    return found;
}

static void each_channel(const Problem& p) {
    const auto taps = reaches(p.walk, p.taps, p.tap_step);
    const long rows = p.images * p.walk.rows, how_many = taps.size();
    const bool large = 2.0 * p.pixels() * how_many * p.walk.depth > 4e6;
#pragma omp parallel for if (large)
    for (long row = 0; row < rows; ++row)
        products().channels(p.walk, taps.data(), how_many, row, p.filter, p.bias,
                            p.target(row * p.walk.columns), p.pixel_step);
    (void)large;
}

static std::vector<Tap> taps_of(const Shape& s) {
    std::vector<Tap> taps;
    for (long i = 0; i < s.kh; ++i)
        for (long j = 0; j < s.kw; ++j)
            taps.push_back(
                {i * s.dilation - s.padding, j * s.dilation - s.padding, i * s.kw + j});
    return taps;
}

void convolve(const Shape& s, const float* x, const float* w, const float* bias,
              float* out) {
    const long c = s.c / s.groups, o = s.o / s.groups;
    for (long g = 0; g < s.parts(); ++g) {
        Problem p{};
        p.walk = {x, s.height, s.width, s.c, s.rows(), s.columns(), s.stride};
        p.taps = taps_of(s);
        p.c = c, p.channel = g * c, p.images = s.n;
        p.filter = w + g * o, p.tap_step = c * s.o, p.channel_step = s.o;
        p.column_step = 1, p.columns = o;
        p.out = out + g * o, p.pixel_step = s.o, p.row_step = s.columns() * s.o;
        p.image_step = s.rows() * p.row_step;
        p.bias = bias ? bias + g * o : nullptr;
        s.depthwise() ? each_channel(p) : run(p);
    }
}

// The taps that reach pixels y with y % stride == phase: rows of the adjoint they read.
static std::vector<long> reached(long taps, long phase, const Shape& s) {
    std::vector<long> found;
    for (long i = taps - 1; i >= 0; --i)
        if ((phase + s.padding - i * s.dilation) % s.stride == 0) found.push_back(i);
    return found;
}

void convolve_to_image(const Shape& s, const float* adjoint, const float* w,
                       float* dx) {
    const long c = s.c / s.groups, o = s.o / s.groups;
    std::fill(dx, dx + s.n * s.height * s.width * s.c, 0.0f);
    for (long g = 0; g < s.parts(); ++g)
        for (long py = 0; py < std::min(s.stride, s.height); ++py)
            for (long px = 0; px < std::min(s.stride, s.width); ++px) {
                Problem p{};
                for (long i : reached(s.kh, py, s))
                    for (long j : reached(s.kw, px, s))
                        p.taps.push_back({(py + s.padding - i * s.dilation) / s.stride,
                                          (px + s.padding - j * s.dilation) / s.stride,
                                          i * s.kw + j});
                if (p.taps.empty()) continue;
                const long rows = (s.height - py + s.stride - 1) / s.stride;
                const long columns = (s.width - px + s.stride - 1) / s.stride;
                p.walk = {adjoint, s.rows(), s.columns(), s.o, rows, columns, 1};
                p.c = o, p.channel = g * o, p.images = s.n;
                p.filter = w + g * o, p.tap_step = c * s.o, p.channel_step = 1;
                p.column_step = s.o, p.columns = c;
                p.image_step = s.height * s.width * s.c;
                p.row_step = s.stride * s.width * s.c, p.pixel_step = s.stride * s.c;
                p.out = dx + (py * s.width + px) * s.c + g * c;
                s.depthwise() ? each_channel(p) : run(p);
            }
}

// Rows `first` to `first + k` of the gradient, summed over pixels `from` to `to`.
static void gather(const Shape& s, const Walk& walk, const std::vector<Run>& runs,
                   const float* adjoint, long first, long k, long from, long to,
                   float* dw) {
    const Products& use = products();
    const long block = 112, o = s.o / s.groups;
    const auto patches = scratch(std::min(block, to - from) * STEP);
    const auto panels = scratch(block * padded(o));
    std::vector<float*> out(k);
    for (long i = 0; i < k; ++i) out[i] = dw + (first + i) * s.o;
    for (long at = from; at < to; at += block) {
        const long count = std::min(block, to - at);
        use.form(walk, runs.data(), runs.size(), at, count, patches.get());
        use.pack(adjoint + at * s.o, s.o, 1, count, o, panels.get());
        use.multiply_transposed(patches.get(), count, k, panels.get(), o, out.data(),
                                at > from);
    }
}

static void each_filter(const Shape& s, const Walk& walk, const float* adjoint,
                        float* dw) {
    const auto taps = reaches(walk, taps_of(s), s.o);
    const long rows = s.n * s.rows(), row_size = s.columns() * s.o;
    const long size = s.kh * s.kw * s.o, how_many = taps.size();
    const long shares = std::clamp(rows * s.columns() / 1024, 1L, 8L);
    std::vector<float> partial(shares * size);
    const bool large = 2.0 * rows * row_size * how_many > 4e6;
#pragma omp parallel for if (large)
    for (long share = 0; share < shares; ++share)
        for (long row = rows * share / shares; row < rows * (share + 1) / shares; ++row)
            products().channels_to_filter(walk, taps.data(), how_many, row,
                                          adjoint + row * row_size,
                                          partial.data() + share * size);
    (void)large;
    for (long share = 0; share < shares; ++share)
        for (long i = 0; i < size; ++i) dw[i] += partial[share * size + i];
}

void convolve_to_filter(const Shape& s, const float* x, const float* adjoint,
                        float* dw) {
    const long c = s.c / s.groups, o = s.o / s.groups, k = s.kh * s.kw * c;
    const long pixels = s.n * s.rows() * s.columns(), size = k * s.o;
    std::fill(dw, dw + size, 0.0f);
    if (pixels == 0) return;
    const Walk walk{x, s.height, s.width, s.c, s.rows(), s.columns(), s.stride};
    if (s.depthwise()) return each_filter(s, walk, adjoint, dw);
    const std::vector<Tap> taps = taps_of(s);
    const long parts = (k + DEPTH - 1) / DEPTH;
    const long shares = std::clamp(std::min(8 / parts, pixels / 1024), 1L, 8L);
    std::vector<float> partial(shares > 1 ? shares * size : 0);
    const auto one_share = [&](long task) {
        const long g = task / (parts * shares), part = task / shares % parts;
        const long share = task % shares, first = part * DEPTH;
        const long here = std::min(DEPTH, k - first);
        float* into = shares > 1 ? partial.data() + share * size : dw;
        gather(s, walk, runs_of(taps, c, s.c, g * c, first, here), adjoint + g * o,
               first, here, pixels * share / shares, pixels * (share + 1) / shares,
               into + g * o);
    };
    Trouble trouble;
    const bool large = 2.0 * pixels * k * s.o > 8e6;
#pragma omp parallel for if (large)
    for (long task = 0; task < s.groups * parts * shares; ++task)
        trouble.guard([&] { one_share(task); });
    (void)large;
    trouble.raise();
    for (long share = 0; share < shares && shares > 1; ++share)
        for (long i = 0; i < size; ++i) dw[i] += partial[share * size + i];
}

}  // namespace nb::training
