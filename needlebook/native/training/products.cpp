// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The loops of a convolution. Compiled once for each instruction set, NB_ISA.
#include "products.hpp"

namespace nb::training::NB_ISA {

#if defined(__AVX512F__)
constexpr int LANES = 16, ROWS = 14;
#elif defined(__AVX2__)
constexpr int LANES = 8, ROWS = 6;
#elif defined(__aarch64__)
constexpr int LANES = 4, ROWS = 12;
#else
constexpr int LANES = 4, ROWS = 6;
#endif
constexpr int COLUMNS = 2 * LANES;

typedef float vec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static inline void copy(float* to, const float* from, long count) {
    if (count >= 2 * LANES) {
        __builtin_memcpy(to, from, count * sizeof(float));
        return;
    }
    for (long k = 0; k < count; ++k) to[k] = from[k];
}

static inline void zero(float* to, long count) {
    for (long k = 0; k < count; ++k) to[k] = 0.0f;
}

// One run of a patch: neighbours of a row in one copy, at the border pixel by pixel.
static void lay(const Walk& walk, const Run& run, const float* image, long y, long x,
                float* to) {
    const long line = y + run.dy, start = x + run.dx, each = run.length / run.taps;
    if (line < 0 || line >= walk.height) return zero(to, run.length);
    const float* from = image + line * walk.width * walk.depth + run.channel;
    if (start >= 0 && start + run.taps <= walk.width)
        return copy(to, from + start * walk.depth, run.length);
    for (long at = start; at < start + run.taps; ++at, to += each)
        if (at >= 0 && at < walk.width)
            copy(to, from + at * walk.depth, each);
        else
            zero(to, each);
}

// Patches `first` to `first + count` of the walk, each at a multiple of STEP floats.
static void form(const Walk& walk, const Run* runs, long how_many, long first,
                 long count, float* patches) {
    for (long p = first; p < first + count; ++p, patches += STEP) {
        const long row = p / walk.columns, x = p % walk.columns * walk.step;
        const long y = row % walk.rows * walk.step, size = walk.height * walk.width;
        const float* image = walk.in + row / walk.rows * size * walk.depth;
        for (const Run* run = runs; run < runs + how_many; ++run)
            lay(walk, *run, image, y, x, patches + run->column);
    }
}

static inline long width(long live) {
    return live <= LANES ? LANES : COLUMNS;
}

// b (k, columns) with any steps, as panels of COLUMNS columns, the last of LANES if
// that is enough; missing columns are 0.
static void pack(const float* b, long row_step, long column_step, long k, long columns,
                 float* panels) {
    for (long j = 0; j < columns; j += COLUMNS) {
        const long live = columns - j < COLUMNS ? columns - j : COLUMNS;
        const long wide = width(live);
        const float* from = b + j * column_step;
        for (long i = 0; i < k; ++i, from += row_step, panels += wide) {
            if (live == COLUMNS && column_step == 1) {
                for (int c = 0; c < COLUMNS; ++c) panels[c] = from[c];
                continue;
            }
            for (long c = 0; c < live; ++c) panels[c] = from[c * column_step];
            for (long c = live; c < wide; ++c) panels[c] = 0.0f;
        }
    }
}

struct Target {
    float* const* out;
    long column, live;
    const float* bias;
    bool add;
};

static inline void finish(float* row, const float* found, const Target& to) {
    for (long c = 0; c < to.live; ++c) {
        const float start = to.add ? row[c] : to.bias ? to.bias[to.column + c] : 0.0f;
        row[c] = start + found[c];
    }
}

// LIVE rows of a times a panel: element (r, i) of a is a[r * DOWN + i * ALONG].
template <int LIVE, int WIDE, long DOWN, long ALONG>
static void tile(const float* a, const float* panel, long k, const Target& to) {
    vec sums[LIVE][WIDE] = {};
    for (long i = 0; i < k; ++i, panel += WIDE * LANES, a += ALONG) {
        const vec* row = reinterpret_cast<const vec*>(panel);
#pragma GCC unroll 16
        for (int r = 0; r < LIVE; ++r)
#pragma GCC unroll 2
            for (int v = 0; v < WIDE; ++v) sums[r][v] += a[r * DOWN] * row[v];
    }
    if (to.live == WIDE * LANES) {
        const float* start = to.bias ? to.bias + to.column : nullptr;
        const vec* bias = reinterpret_cast<const vec*>(start);
#pragma GCC unroll 16
        for (int r = 0; r < LIVE; ++r) {
            vec* row = reinterpret_cast<vec*>(to.out[r] + to.column);
#pragma GCC unroll 2
            for (int v = 0; v < WIDE; ++v)
                row[v] = to.add ? row[v] + sums[r][v]
                         : bias ? bias[v] + sums[r][v]
                                : sums[r][v];
        }
        return;
    }
    float found[LIVE][WIDE * LANES];
    __builtin_memcpy(found, sums, sizeof(found));
    for (int r = 0; r < LIVE; ++r) finish(to.out[r] + to.column, found[r], to);
}

// The tile for as many rows as there are, and for half a panel where that is enough.
template <int LIVE, long DOWN, long ALONG>
static void any_tile(long rows, const float* a, const float* panel, long k,
                     const Target& to) {
    if constexpr (LIVE > 1)
        if (rows < LIVE) return any_tile<LIVE - 1, DOWN, ALONG>(rows, a, panel, k, to);
    if (to.live <= LANES) return tile<LIVE, 1, DOWN, ALONG>(a, panel, k, to);
    tile<LIVE, 2, DOWN, ALONG>(a, panel, k, to);
}

template <long DOWN, long ALONG>
static void tiles(const float* a, long rows, long k, const float* panels, long columns,
                  float* const* out, const float* bias, bool add) {
    for (long j = 0; j < columns; j += COLUMNS, panels += k * COLUMNS) {
        const long live = columns - j < COLUMNS ? columns - j : COLUMNS;
        for (long r = 0; r < rows; r += ROWS) {
            const long left = rows - r < ROWS ? rows - r : ROWS;
            const Target to{out + r, j, live, bias, add};
            any_tile<ROWS, DOWN, ALONG>(left, a + r * DOWN, panels, k, to);
        }
    }
}

// out (count, columns) = patches (count, k) times the packed filters (k, columns).
static void multiply(const float* patches, long count, long k, const float* panels,
                     long columns, float* const* out, const float* bias, bool add) {
    tiles<STEP, 1>(patches, count, k, panels, columns, out, bias, add);
}

// out (k, columns) = patches (count, k) transposed, times packed (count, columns).
static void multiply_transposed(const float* patches, long count, long k,
                                const float* panels, long columns, float* const* out,
                                bool add) {
    tiles<1, STEP>(patches, k, count, panels, columns, out, nullptr, add);
}

// A vec as templates take it, without attributes: read and write copy it.
typedef float plain __attribute__((vector_size(4 * LANES)));

// N vectors of channels, or N numbers where T is float.
template <class T, int N>
struct Lanes {};

template <class T>
static inline T read(const float* from) {
    T found;
    __builtin_memcpy(&found, from, sizeof(T));
    return found;
}

template <class T>
static inline void write(float* to, T found) {
    __builtin_memcpy(to, &found, sizeof(T));
}

// body(how many at once, from which channel) until all channels are done.
template <class Body>
static inline void by_lanes(long channels, Body body) {
    long c = 0;
    for (; c + 4 * LANES <= channels; c += 4 * LANES) body(Lanes<plain, 4>(), c);
    for (; c + LANES <= channels; c += LANES) body(Lanes<plain, 1>(), c);
    for (; c < channels; ++c) body(Lanes<float, 1>(), c);
}

// A row of pixels, and the taps on lines of the image; they come in order of dy.
struct Row {
    const float* image;
    long y, line;
    const Reach *first, *end;
    Row(const Walk& walk, const Reach* taps, long how_many, long row)
        : line(walk.width * walk.depth), first(taps), end(taps + how_many) {
        y = row % walk.rows * walk.step;
        image = walk.in + row / walk.rows * walk.height * line;
        while (first < end && y + first->dy < 0) ++first;
        while (first < end && y + end[-1].dy >= walk.height) --end;
    }
    const float* pixel(const Reach& tap, const Walk& walk, long x) const {
        return image + (y + tap.dy) * line + (x * walk.step + tap.dx) * walk.depth;
    }
};

template <class T, int N>
static inline void some_channels(Lanes<T, N>, const Walk& walk, const Row& row, long c,
                                 const float* filter, const float* bias, float* out,
                                 long out_step) {
    constexpr long wide = sizeof(T) / sizeof(float);
    for (long x = 0; x < walk.columns; ++x, out += out_step) {
        T sums[N] = {};
        for (const Reach* tap = row.first; tap < row.end; ++tap) {
            if (x < tap->begin || x >= tap->end) continue;
            const float* from = row.pixel(*tap, walk, x) + c;
            const float* weights = filter + tap->weights + c;
            for (int v = 0; v < N; ++v)
                sums[v] += read<T>(from + v * wide) * read<T>(weights + v * wide);
        }
        for (int v = 0; bias && v < N; ++v) sums[v] += read<T>(bias + c + v * wide);
        for (int v = 0; v < N; ++v) write(out + c + v * wide, sums[v]);
    }
}

// A row of pixels, all channels side by side, each with its own filter.
static void channels(const Walk& walk, const Reach* taps, long how_many, long row,
                     const float* filter, const float* bias, float* out,
                     long out_step) {
    const Row pixels(walk, taps, how_many, row);
    by_lanes(walk.depth, [&](auto lanes, long c) {
        some_channels(lanes, walk, pixels, c, filter, bias, out, out_step);
    });
}

template <class T, int N>
static inline void some_filters(Lanes<T, N>, const Walk& walk, const Row& row, long c,
                                const float* adjoint, float* dw) {
    constexpr long wide = sizeof(T) / sizeof(float);
    for (const Reach* tap = row.first; tap < row.end; ++tap) {
        T sums[N] = {};
        for (long x = tap->begin; x < tap->end; ++x) {
            const float* from = row.pixel(*tap, walk, x) + c;
            const float* a = adjoint + x * walk.depth + c;
            for (int v = 0; v < N; ++v)
                sums[v] += read<T>(from + v * wide) * read<T>(a + v * wide);
        }
        float* to = dw + tap->weights + c;
        for (int v = 0; v < N; ++v, to += wide) write(to, read<T>(to) + sums[v]);
    }
}

// What a row of pixels adds to the gradient of all filters.
static void channels_to_filter(const Walk& walk, const Reach* taps, long how_many,
                               long row, const float* adjoint, float* dw) {
    const Row pixels(walk, taps, how_many, row);
    by_lanes(walk.depth, [&](auto lanes, long c) {
        some_filters(lanes, walk, pixels, c, adjoint, dw);
    });
}

#define NB_NAME(isa) #isa
#define NB_TEXT(isa) NB_NAME(isa)
extern const Products table;
const Products table{
    NB_TEXT(NB_ISA),     ROWS,     COLUMNS,           form, pack, multiply,
    multiply_transposed, channels, channels_to_filter};

}  // namespace nb::training::NB_ISA
