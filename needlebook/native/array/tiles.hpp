// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The course's product of matrices that lie in tiles of 8 x 8.

constexpr size_t kTileSide = 8;

NB_INLINE void tile_product(const float* a, const float* b, float* out) {
    for (size_t i = 0; i < kTileSide; ++i)
        for (size_t k = 0; k < kTileSide; ++k) {
            const float x = a[i * kTileSide + k];
            for (size_t j = 0; j < kTileSide; ++j)
                out[i * kTileSide + j] += x * b[k * kTileSide + j];
        }
}

// a (m/8, n/8, 8, 8), b (n/8, p/8, 8, 8), out (m/8, p/8, 8, 8).
void tiles(const float* a, const float* b, float* out, size_t m, size_t n, size_t p) {
    constexpr size_t area = kTileSide * kTileSide;
    m /= kTileSide, n /= kTileSide, p /= kTileSide;
    std::memset(out, 0, m * p * area * sizeof(float));
    for (size_t i = 0; i < m; ++i)
        for (size_t k = 0; k < n; ++k)
            for (size_t j = 0; j < p; ++j)
                tile_product(a + (i * n + k) * area, b + (k * p + j) * area,
                             out + (i * p + j) * area);
}
