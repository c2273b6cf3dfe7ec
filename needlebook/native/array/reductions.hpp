// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Sums and maxima over the middle axis of (outer, size, inner).

constexpr size_t kLanes = 32;

struct Sum {
    static constexpr bool misses_nan = false;
    static constexpr size_t leaf = 512;
    static constexpr float start = 0.0f;
    static NB_INLINE float of(float x, float y) {
        return x + y;
    }
    static NB_INLINE float quick(float x, float y) {
        return x + y;
    }
};

// The largest, and NaN where there is one; `quick` passes over NaN.
struct Max {
    static constexpr bool misses_nan = true;
    static constexpr size_t leaf = 4096;
    static constexpr float start = -kInfinity;
    static NB_INLINE float of(float x, float y) {
        const float most = x > y ? x : y;
        return x != x ? x : most;
    }
    static NB_INLINE float quick(float x, float y) {
        return y > x ? y : x;
    }
};

template <class F>
float reduce_carefully(const float* a, size_t count) {
    float whole = F::start;
    for (size_t i = 0; i < count; ++i) whole = F::of(whole, a[i]);
    return whole;
}

// At most a leaf of neighbours: every lane takes each 32nd of them, then lanes are
// paired. A sum beside it tells of NaN: it is NaN where a number is, and rarely else.
template <class F>
NB_INLINE float reduce_leaf(const float* a, size_t count) {
    if (count < kLanes) return reduce_carefully<F>(a, count);
    float lane[kLanes], total[kLanes] = {};
    for (size_t l = 0; l < kLanes; ++l) lane[l] = F::start;
    size_t i = 0;
    for (; i + 2 * kLanes <= count; i += 2 * kLanes)
        for (size_t l = 0; l < kLanes; ++l) {
            const float x = a[i + l], y = a[i + l + kLanes];
            lane[l] = F::quick(lane[l], F::quick(x, y));
            if (F::misses_nan) total[l] += x + y;
        }
    for (; i + kLanes <= count; i += kLanes)
        for (size_t l = 0; l < kLanes; ++l) lane[l] = F::of(lane[l], a[i + l]);
    for (size_t l = 0; i + l < count; ++l) lane[l] = F::of(lane[l], a[i + l]);
    for (size_t width = kLanes / 2; width; width /= 2)
        for (size_t l = 0; l < width; ++l) {
            lane[l] = F::of(lane[l], lane[l + width]);
            if (F::misses_nan) total[l] += total[l + width];
        }
    if (total[0] != total[0]) return reduce_carefully<F>(a, count);
    return lane[0];
}

template <class F>
float reduce_row(const float* a, size_t count) {
    if (count <= F::leaf) return reduce_leaf<F>(a, count);
    const size_t half = (count / 2 + F::leaf - 1) / F::leaf * F::leaf;
    return F::of(reduce_row<F>(a, half), reduce_row<F>(a + half, count - half));
}

constexpr size_t kTile = 1024, kRows = 128;

// out (width) = the rows of a (rows, width), `step` apart, put together pairwise.
template <class F>
void reduce_rows(const float* a, size_t step, size_t rows, size_t width, float* out) {
    if (rows > kRows) {
        const size_t half = (rows / 2 + 7) / 8 * 8;
        float second[kTile];
        reduce_rows<F>(a, step, half, width, out);
        reduce_rows<F>(a + half * step, step, rows - half, width, second);
#pragma omp simd
        for (size_t j = 0; j < width; ++j) out[j] = F::of(out[j], second[j]);
        return;
    }
    for (size_t j = 0; j < width; ++j) out[j] = F::start;
    for (; rows >= 4; rows -= 4, a += 4 * step)
#pragma omp simd
        for (size_t j = 0; j < width; ++j)
            out[j] = F::of(out[j], F::of(F::of(a[j], a[j + step]),
                                         F::of(a[j + 2 * step], a[j + 3 * step])));
    for (; rows; --rows, a += step)
#pragma omp simd
        for (size_t j = 0; j < width; ++j) out[j] = F::of(out[j], a[j]);
}

// Narrow rows: as many as fit side by side are taken as one wide row.
template <class F>
void reduce_narrow(const float* a, size_t size, size_t inner, float* out) {
    const size_t together = size < 2 * kLanes / inner ? 1 : 2 * kLanes / inner;
    const size_t width = together * inner, rows = size / together;
    float wide[2 * kLanes];
    reduce_rows<F>(a, width, rows, width, wide);
    for (size_t j = 0; j < inner; ++j) {
        float whole = wide[j];
        for (size_t k = 1; k < together; ++k) whole = F::of(whole, wide[k * inner + j]);
        for (size_t i = rows * together; i < size; ++i)
            whole = F::of(whole, a[i * inner + j]);
        out[j] = whole;
    }
}

template <class F>
void reduce(const float* a, float* out, size_t outer, size_t size, size_t inner,
            size_t first, size_t last) {
    for (size_t i = 0; i < outer; ++i, a += size * inner, out += inner) {
        if (inner == 1) {
            *out = reduce_row<F>(a, size);
        } else if (inner <= kLanes) {
            reduce_narrow<F>(a, size, inner, out);
        } else {
            for (size_t j = first; j < last; j += kTile) {
                const size_t width = last - j < kTile ? last - j : kTile;
                reduce_rows<F>(a + j, inner, size, width, out + j);
            }
        }
    }
}
