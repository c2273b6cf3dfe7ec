// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The product for one instruction set. Included once for each, without a guard, after
// W (floats in a vector), R_MAX (rows of a tile) and V_MAX (its vectors) are set, and
// In, the pointer through which numbers are read, with far(), which makes one to an
// operand, and near(), to a packed copy.
constexpr ptrdiff_t NR = W * V_MAX, A_STRIDE = DEPTH + 16;
constexpr ptrdiff_t A_FLOATS = ROW_TILES * R_MAX * A_STRIDE;
typedef float Vec __attribute__((vector_size(4 * W)));
typedef float Loose __attribute__((vector_size(4 * W), aligned(4), may_alias));

template <int R, int V>
inline __attribute__((always_inline)) void store(Vec (&sum)[R][V], float* c,
                                                 ptrdiff_t c_rs, ptrdiff_t live,
                                                 bool add) {
    float spill[R][V * W];
    const bool whole = live == V * W;
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) {
            Loose* out = (Loose*)((whole ? c + i * c_rs : spill[i]) + v * W);
            *out = add && whole ? *out + sum[i][v] : sum[i][v];
        }
    if (whole) return;
    for (int i = 0; i < R; ++i)
        for (ptrdiff_t j = 0; j < live; ++j)
            c[i * c_rs + j] = add ? c[i * c_rs + j] + spill[i][j] : spill[i][j];
}

// C (R, live) = or += A (R, depth) times B (depth, V * W), in R * V registers.
template <int R, int V, bool PACKED>
void tile(In a, ptrdiff_t a_rs, In b, ptrdiff_t b_rs, float* c, ptrdiff_t c_rs,
          ptrdiff_t depth, ptrdiff_t live, bool add) {
    if (PACKED) a_rs = A_STRIDE;
    for (int i = 0; i < R; ++i) __builtin_prefetch(c + i * c_rs, 1);
    Vec sum[R][V] = {};
    for (ptrdiff_t k = 0; k < depth; ++k, b = b + b_rs) {
        Vec row[V];
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) row[v] = *(const Loose*)several(b + v * W, W);
#pragma GCC unroll 16
        for (int i = 0; i < R; ++i) {
            const float x = a[i * a_rs + k];
#pragma GCC unroll 8
            for (int v = 0; v < V; ++v) sum[i][v] += x * row[v];
        }
    }
    store<R, V>(sum, c, c_rs, live, add);
}

using Tile = void (*)(In, ptrdiff_t, In, ptrdiff_t, float*, ptrdiff_t, ptrdiff_t,
                      ptrdiff_t, bool);
constexpr int KINDS = R_MAX * V_MAX;

template <bool PACKED, int... I>
constexpr std::array<Tile, KINDS> tiles(std::integer_sequence<int, I...>) {
    return {tile<I / V_MAX + 1, I % V_MAX + 1, PACKED>...};
}
constexpr auto PACKED_TILES = tiles<true>(std::make_integer_sequence<int, KINDS>());
constexpr auto STRIDED_TILES = tiles<false>(std::make_integer_sequence<int, KINDS>());

// Lay `from` (rows, columns) out in rows that are `step` apart.
void lay(In from, ptrdiff_t rs, ptrdiff_t cs, ptrdiff_t rows, ptrdiff_t columns,
         float* to, ptrdiff_t step) {
    const float* first = several(from, rows * columns);
    if (cs == 1) {
        kernels().copy(first, {rs, 1}, to, {step, 1}, rows, columns);
    } else if (rs == 1) {
        kernels().transpose(first, {1, cs}, to, {step, 1}, rows, columns);
    } else {
        for (ptrdiff_t i0 = 0; i0 < rows; i0 += 16)
            for (ptrdiff_t j = 0; j < columns; ++j)
                for (ptrdiff_t i = i0; i < std::min(rows, i0 + 16); ++i)
                    to[i * step + j] = first[i * rs + j * cs];
    }
}

// Rows of A, at a distance that the compiler knows.
void pack_a(In a, ptrdiff_t rs, ptrdiff_t cs, ptrdiff_t rows, ptrdiff_t depth,
            float* out) {
    lay(a, rs, cs, rows, depth, out, A_STRIDE);
}

// A panel of NR columns of B, row after row; columns past `live` become zero.
void pack_b(In b, ptrdiff_t rs, ptrdiff_t cs, ptrdiff_t depth, ptrdiff_t live,
            float* out) {
    if (live < NR) std::fill_n(out, depth * NR, 0.0f);
    lay(b, rs, cs, depth, live, out, NR);
}

// One block of rows of A against all panels of a block of B.
void block(const Product& of, ptrdiff_t i0, ptrdiff_t rows, ptrdiff_t j0,
           ptrdiff_t width, ptrdiff_t k0, ptrdiff_t depth, ptrdiff_t direct,
           const float* packed_b, float* packed_a) {
    const In a = far(of.a + i0 * of.a_rs + k0 * of.a_cs);
    const bool as_is = of.a_cs == 1 && of.p <= FEW_COLUMNS;
    if (!as_is) pack_a(a, of.a_rs, of.a_cs, rows, depth, packed_a);
    const ptrdiff_t a_rs = as_is ? of.a_rs : A_STRIDE;
    const Tile* table = as_is ? STRIDED_TILES.data() : PACKED_TILES.data();
    for (ptrdiff_t j = 0; j < width; j += NR) {
        const ptrdiff_t live = std::min(NR, width - j), vectors = parts(live, W);
        const bool packed = j >= direct;
        const In panel =
            packed ? near(packed_b + j * depth) : far(of.b + k0 * of.b_rs + j0 + j);
        for (ptrdiff_t i = 0; i < rows; i += R_MAX) {
            const ptrdiff_t r = std::min<ptrdiff_t>(R_MAX, rows - i);
            table[(r - 1) * V_MAX + vectors - 1](
                (as_is ? a : near(packed_a)) + i * a_rs, a_rs, panel,
                packed ? NR : of.b_rs, of.c + (i0 + i) * of.c_rs + j0 + j, of.c_rs,
                depth, live, k0 > 0);
        }
    }
}

void blocks(const Product& of, bool many, float* packed_b, float* packed_a) {
    const ptrdiff_t tall = parts(of.m, R_MAX);  // tiles from top to bottom
    const ptrdiff_t shares = many ? 2 * team_size() : 1;
    const ptrdiff_t high =
        R_MAX * parts(tall, std::max(shares, parts(tall, ROW_TILES)));
    const ptrdiff_t deep = parts(of.n, parts(of.n, DEPTH));
    for (ptrdiff_t j0 = 0; j0 < of.p; j0 += COLUMNS)
        for (ptrdiff_t k0 = 0; k0 < of.n; k0 += deep) {
            const ptrdiff_t depth = std::min(deep, of.n - k0);
            const ptrdiff_t width = std::min(COLUMNS, of.p - j0);
            const bool as_is = of.b_cs == 1 && of.m <= FEW_ROWS;
            const ptrdiff_t direct = as_is ? width / NR * NR : 0;
            spread(many, parts(width - direct, NR), [&](ptrdiff_t panel) {
                const ptrdiff_t j = direct + panel * NR;
                pack_b(far(of.b + k0 * of.b_rs + (j0 + j) * of.b_cs), of.b_rs, of.b_cs,
                       depth, std::min(NR, width - j), packed_b + j * depth);
            });
            spread(many, parts(of.m, high), [&](ptrdiff_t i) {
                block(of, i * high, std::min(high, of.m - i * high), j0, width, k0,
                      depth, direct, packed_b,
                      packed_a + (many ? thread() : 0) * A_FLOATS);
            });
        }
}

// The dot product of two rows, in four chains of vectors.
inline float dot(In x, In y, ptrdiff_t n) {
    Vec sum[4] = {};
    ptrdiff_t k = 0;
    for (; k + 4 * W <= n; k += 4 * W)
#pragma GCC unroll 4
        for (int v = 0; v < 4; ++v)
            sum[v] += *(const Loose*)several(x + (k + v * W), W) *
                      *(const Loose*)several(y + (k + v * W), W);
    for (; k + W <= n; k += W)
        sum[0] += *(const Loose*)several(x + k, W) * *(const Loose*)several(y + k, W);
    const Vec all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    float part[4] = {};
    for (; k < n; ++k) part[0] += x[k] * y[k];
#pragma GCC unroll 16
    for (int v = 0; v < W; ++v) part[v % 4] += all[v];
    return (part[0] + part[1]) + (part[2] + part[3]);
}

// out (p, step out_rs) = x (n) times B (n, p), one row: nothing of B is used twice.
bool thin(In x, In b, ptrdiff_t b_rs, ptrdiff_t b_cs, float* out, ptrdiff_t out_rs,
          ptrdiff_t n, ptrdiff_t p) {
    if (b_cs == 1 && out_rs == 1 && p >= W) {
        ptrdiff_t j = 0;
        for (; j + 4 * W <= p; j += 4 * W)
            tile<1, 4, false>(x, 0, b + j, b_rs, out + j, 0, n, 4 * W, false);
        for (; j < p; j += W) {
            j = std::min(j, p - W);  // the last step does some columns once more
            tile<1, 1, false>(x, 0, b + j, b_rs, out + j, 0, n, W, false);
        }
        return true;
    }
    if (b_rs != 1) return false;
    for (ptrdiff_t j = 0; j < p; ++j) out[j * out_rs] = dot(x, b + j * b_cs, n);
    return true;
}

void product(const Product& of) {
    if (of.m == 1 && of.a_cs == 1 &&
        thin(far(of.a), far(of.b), of.b_rs, of.b_cs, of.c, 1, of.n, of.p))
        return;
    if (of.p == 1 && of.b_rs == 1 &&
        thin(far(of.b), far(of.a), of.a_cs, of.a_rs, of.c, of.c_rs, of.n, of.m))
        return;
    const bool many = 2.0 * of.m * of.n * of.p > WORTH_THREADS && team_size() > 1;
    const ptrdiff_t width = std::min(of.p, COLUMNS) + NR;
    float* packed_b = scratch(DEPTH * width + A_FLOATS * (many ? team_size() : 1));
    float* packed_a = packed_b + DEPTH * width;
    if (many) {
#pragma omp parallel num_threads(team_size())
        blocks(of, true, packed_b, packed_a);
    } else {
        blocks(of, false, packed_b, packed_a);
    }
}

double multiply_adds(size_t steps) {
    Vec sum[12], x = Vec{} + 0.999f, y = Vec{} + 0.001f;
    for (int i = 0; i < 12; ++i) sum[i] = Vec{} + float(i);
    for (size_t s = 0; s < steps; ++s)
#pragma GCC unroll 12
        for (int i = 0; i < 12; ++i) sum[i] = sum[i] * x + y;
    volatile float kept = 0.0f;
    for (int i = 0; i < 12; ++i) kept = kept + sum[i][0];
    return 2.0 * 12 * W * steps;
}
