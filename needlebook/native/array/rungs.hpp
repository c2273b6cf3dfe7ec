// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The rungs below the last one. Included once per instruction set, without a guard:
// A (m, n), B (n, p) and C (m, p) lie row after row, BT (p, n) is B transposed.
template <class F>
void three_loops(F a, F b, float* c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t p) {
    for (ptrdiff_t i = 0; i < m; ++i)
        for (ptrdiff_t j = 0; j < p; ++j) {
            float sum = 0.0f;
            for (ptrdiff_t k = 0; k < n; ++k) sum += a[i * n + k] * b[k * p + j];
            c[i * p + j] = sum;
        }
}

template <class F>
void row_by_row(F a, F bt, float* c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t p) {
    for (ptrdiff_t i = 0; i < m; ++i)
        for (ptrdiff_t j = 0; j < p; ++j) {
            float sum = 0.0f;
            for (ptrdiff_t k = 0; k < n; ++k) sum += a[i * n + k] * bt[j * n + k];
            c[i * p + j] = sum;
        }
}

template <class F>
void ikj(F a, F b, float* c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t p) {
    std::fill(c, c + m * p, 0.0f);
    for (ptrdiff_t i = 0; i < m; ++i)
        for (ptrdiff_t k = 0; k < n; ++k) {
            const float x = a[i * n + k];
            for (ptrdiff_t j = 0; j < p; ++j) c[i * p + j] += x * b[k * p + j];
        }
}

// One V1 x V2 tile of C. B is read across its rows, or BT along them.
template <int V1, int V2, bool ACROSS, class A, class B>
void register_tile(A a, ptrdiff_t a_row, B b, ptrdiff_t b_row, float* c,
                   ptrdiff_t c_row, ptrdiff_t n) {
    float sum[V1][V2] = {};
    for (ptrdiff_t k = 0; k < n; ++k) {
        float x[V1], y[V2];
        for (int u = 0; u < V1; ++u) x[u] = a[u * a_row + k];
#pragma GCC unroll 1
        for (int v = 0; v < V2; ++v)
            y[v] = ACROSS ? b[k * b_row + v] : b[v * b_row + k];
        for (int u = 0; u < V1; ++u)
#pragma GCC unroll 1
            for (int v = 0; v < V2; ++v) sum[u][v] += x[u] * y[v];
    }
    for (int u = 0; u < V1; ++u)
#pragma GCC unroll 1
        for (int v = 0; v < V2; ++v) c[u * c_row + v] = sum[u][v];
}

template <int V1, int V2, bool ACROSS, class A, class B>
void tiles_of(A a, ptrdiff_t a_row, B b, ptrdiff_t b_row, float* c, ptrdiff_t c_row,
              ptrdiff_t m, ptrdiff_t n, ptrdiff_t p) {
    const ptrdiff_t whole_m = m / V1 * V1, whole_p = p / V2 * V2;
    for (ptrdiff_t i = 0; i < whole_m; i += V1)
        for (ptrdiff_t j = 0; j < whole_p; j += V2)
            register_tile<V1, V2, ACROSS>(a + i * a_row, a_row,
                                          b + (ACROSS ? j : j * b_row), b_row,
                                          c + i * c_row + j, c_row, n);
    for (ptrdiff_t i = 0; i < m; ++i)
        for (ptrdiff_t j = i < whole_m ? whole_p : 0; j < p; ++j)
            register_tile<1, 1, ACROSS>(a + i * a_row, a_row,
                                        b + (ACROSS ? j : j * b_row), b_row,
                                        c + i * c_row + j, c_row, n);
}

template <int V1, int V2, class F>
void register_tiles(F a, F b, float* c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t p) {
    tiles_of<V1, V2, true>(a, n, b, p, c, p, m, n, p);
}

// Rows of A and of BT are copied b1 and b2 at a time; V1 x V2 tiles work on the copies.
// `near` makes the pointer through which a copy is read.
template <int V1, int V2, class F, class Near>
void cache_tiles(F a, F bt, float* c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t p,
                 ptrdiff_t b1, ptrdiff_t b2, Near near) {
    b1 = std::min(b1, m), b2 = std::min(b2, p);
    std::vector<float> rows(b1 * n), columns(b2 * n);
    for (ptrdiff_t i = 0; i < m; i += b1) {
        const ptrdiff_t high = std::min(b1, m - i);
        for (ptrdiff_t s = 0; s < high * n; ++s) rows[s] = a[i * n + s];
        for (ptrdiff_t j = 0; j < p; j += b2) {
            const ptrdiff_t wide = std::min(b2, p - j);
            for (ptrdiff_t s = 0; s < wide * n; ++s) columns[s] = bt[j * n + s];
            tiles_of<V1, V2, false>(near(rows.data()), n, near(columns.data()), n,
                                    c + i * p + j, p, high, n, wide);
        }
    }
}

template <int V1, int V2, class F, class Near>
void packed_tiles(F a, F b, float* c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t p,
                  Near near) {
    std::vector<float> panel(n * V2);
    for (ptrdiff_t j = 0; j < p; j += V2) {
        const ptrdiff_t wide = std::min<ptrdiff_t>(V2, p - j);
        for (ptrdiff_t k = 0; k < n; ++k)
            for (ptrdiff_t v = 0; v < wide; ++v) panel[k * V2 + v] = b[k * p + j + v];
        tiles_of<V1, V2, true>(a, n, near(panel.data()), V2, c + j, p, m, n, wide);
    }
}

template <int V1, int V2, class F, class Near>
void tiled(const Choice& of, F a, F b, float* c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t p,
           Near near) {
    if (of.rung == "register_tiles") return register_tiles<V1, V2>(a, b, c, m, n, p);
    if (of.rung == "cache_tiles")
        return cache_tiles<V1, V2>(a, b, c, m, n, p, of.b1, of.b2, near);
    if (of.rung == "packed_tiles") return packed_tiles<V1, V2>(a, b, c, m, n, p, near);
    unknown(of);
}

template <class F, class Near>
void rung(const Choice& of, F a, F b, float* c, ptrdiff_t m, ptrdiff_t n, ptrdiff_t p,
          Near near) {
    if (of.rung == "three_loops") return three_loops(a, b, c, m, n, p);
    if (of.rung == "row_by_row") return row_by_row(a, b, c, m, n, p);
    if (of.rung == "ikj") return ikj(a, b, c, m, n, p);
    const int tile = 100 * of.v1 + of.v2;
    if (tile == 101) return tiled<1, 1>(of, a, b, c, m, n, p, near);
    if (tile == 202) return tiled<2, 2>(of, a, b, c, m, n, p, near);
    if (tile == 404) return tiled<4, 4>(of, a, b, c, m, n, p, near);
    if (tile == 408) return tiled<4, 8>(of, a, b, c, m, n, p, near);
    if (tile == 808) return tiled<8, 8>(of, a, b, c, m, n, p, near);
    if (tile == 1216) return tiled<12, 16>(of, a, b, c, m, n, p, near);
    unknown(of);
}
