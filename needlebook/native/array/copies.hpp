// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Copies between strided planes, and the blocked transpose.

// Rows are often short, and then a call of memcpy costs more than the copy: pieces of
// eight, the last of which may write again what is there already.
NB_INLINE void copy_neighbours(const float* from, float* to, size_t count) {
    constexpr size_t piece = 8;
    if (count < piece || count > 16 * piece) {
        std::memcpy(to, from, count * sizeof(float));
        return;
    }
    for (size_t i = 0; i + piece < count; i += piece)
        std::memcpy(to + i, from + i, piece * sizeof(float));
    std::memcpy(to + count - piece, from + count - piece, piece * sizeof(float));
}

NB_INLINE void copy_row(const float* from, ptrdiff_t from_step, float* to,
                        ptrdiff_t to_step, size_t count) {
    if (from_step == 1 && to_step == 1) {
        copy_neighbours(from, to, count);
    } else if (from_step == 0 && to_step == 1) {
        const float value = *from;
        for (size_t i = 0; i < count; ++i) to[i] = value;
    } else if (from_step == -1 && to_step == 1) {
#pragma omp simd
        for (ptrdiff_t i = 0; i < ptrdiff_t(count); ++i) to[i] = from[-i];
    } else if (to_step == 1) {
        for (size_t i = 0; i < count; ++i) to[i] = from[ptrdiff_t(i) * from_step];
    } else {
        for (size_t i = 0; i < count; ++i)
            to[ptrdiff_t(i) * to_step] = from[ptrdiff_t(i) * from_step];
    }
}

void copy(const float* from, Steps from_steps, float* to, Steps to_steps, size_t rows,
          size_t columns) {
    for (size_t i = 0; i < rows; ++i)
        copy_row(from + ptrdiff_t(i) * from_steps.row, from_steps.element,
                 to + ptrdiff_t(i) * to_steps.row, to_steps.element, columns);
}

#define NB_SHUFFLE __builtin_shufflevector

#if !defined(__AVX__)
typedef float Four __attribute__((vector_size(16)));
constexpr int kSide = 4;

// to[i * to_step + j] = from[j * from_step + i] for i, j below kSide.
NB_INLINE void transpose_square(const float* from, ptrdiff_t from_step, float* to,
                                ptrdiff_t to_step) {
    Four row[4], pair[4];
    for (int i = 0; i < 4; ++i)
        std::memcpy(&row[i], from + i * from_step, sizeof(Four));
    for (int i = 0; i < 4; i += 2) {
        pair[i] = NB_SHUFFLE(row[i], row[i + 1], 0, 4, 1, 5);
        pair[i + 1] = NB_SHUFFLE(row[i], row[i + 1], 2, 6, 3, 7);
    }
    for (int k = 0; k < 2; ++k) {
        const Four low = NB_SHUFFLE(pair[k], pair[k + 2], 0, 1, 4, 5);
        const Four high = NB_SHUFFLE(pair[k], pair[k + 2], 2, 3, 6, 7);
        std::memcpy(to + 2 * k * to_step, &low, sizeof low);
        std::memcpy(to + (2 * k + 1) * to_step, &high, sizeof high);
    }
}
#else

typedef float Eight __attribute__((vector_size(32)));
constexpr int kSide = 8;

NB_INLINE void transpose_square(const float* from, ptrdiff_t from_step, float* to,
                                ptrdiff_t to_step) {
    Eight row[8], pair[8], four[8];
    for (int i = 0; i < 8; ++i)
        std::memcpy(&row[i], from + i * from_step, sizeof(Eight));
    for (int i = 0; i < 8; i += 2) {
        pair[i] = NB_SHUFFLE(row[i], row[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pair[i + 1] = NB_SHUFFLE(row[i], row[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < 8; i += 4)
        for (int k = 0; k < 2; ++k) {
            const Eight a = pair[i + k], b = pair[i + k + 2];
            four[i + 2 * k] = NB_SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
            four[i + 2 * k + 1] = NB_SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int i = 0; i < 4; ++i) {
        const Eight a = four[i], b = four[i + 4];
        const Eight low = NB_SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
        const Eight high = NB_SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
        std::memcpy(to + i * to_step, &low, sizeof low);
        std::memcpy(to + (i + 4) * to_step, &high, sizeof high);
    }
}
#endif

// A compact copy past the caches: the line of `to` is not read before it is written.
void stream(const float* from, float* to, size_t count) {
#if defined(__SSE__)
    for (; count && reinterpret_cast<std::uintptr_t>(to) % 16; --count) *to++ = *from++;
    for (; count >= 4; count -= 4, from += 4, to += 4)
        _mm_stream_ps(to, _mm_loadu_ps(from));
#endif
    std::memcpy(to, from, count * sizeof(float));
}

// 16 x 16, where `to` is long: put together in the first cache, then past the caches.
NB_INLINE void transpose_block(const float* from, ptrdiff_t from_step, float* to,
                               ptrdiff_t to_step, bool past) {
    alignas(64) float turned[16 * 16];
    float* target = past ? turned : to;
    const ptrdiff_t target_step = past ? 16 : to_step;
    for (int i = 0; i < 16; i += kSide)
        for (int j = 0; j < 16; j += kSide)
            transpose_square(from + j * from_step + i, from_step,
                             target + i * target_step + j, target_step);
    if (past)
        for (int i = 0; i < 16; ++i) stream(turned + i * 16, to + i * to_step, 16);
}

// Neighbours in `from` are a column of `to`: from_steps.row = 1, to_steps.element = 1.
void transpose(const float* from, Steps from_steps, float* to, Steps to_steps,
               size_t rows, size_t columns) {
    const ptrdiff_t from_step = from_steps.element, to_step = to_steps.row;
    const bool whole_lines =
        reinterpret_cast<std::uintptr_t>(to) % 64 == 0 && to_step % 16 == 0;
    const bool past = whole_lines && rows * columns >= (1u << 18);
    for (size_t j = 0; j < columns; j += 16)
        for (size_t i = 0; i < rows; i += 16) {
            const float* block = from + ptrdiff_t(j) * from_step + i;
            float* target = to + ptrdiff_t(i) * to_step + j;
            const size_t height = rows - i < 16 ? rows - i : 16;
            const size_t width = columns - j < 16 ? columns - j : 16;
            if (height == 16 && width == 16)
                transpose_block(block, from_step, target, to_step, past);
            else
                copy(block, {1, from_step}, target, {to_step, 1}, height, width);
        }
}
