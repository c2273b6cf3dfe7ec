// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Elementwise kernels; included once for each instruction set.

#if defined(__GNUC__)
#define NB_INLINE inline __attribute__((always_inline))
#else
#define NB_INLINE inline
#endif

template <class F>
NB_INLINE void binary_row(const float* a, ptrdiff_t a_step, const float* b,
                          ptrdiff_t b_step, float* out, size_t count) {
    if (a_step == 1 && b_step == 1) {
#pragma omp simd
        for (size_t i = 0; i < count; ++i) out[i] = F::of(a[i], b[i]);
    } else if (a_step == 1 && b_step == 0) {
        const float y = *b;
#pragma omp simd
        for (size_t i = 0; i < count; ++i) out[i] = F::of(a[i], y);
    } else if (a_step == 0 && b_step == 1) {
        const float x = *a;
#pragma omp simd
        for (size_t i = 0; i < count; ++i) out[i] = F::of(x, b[i]);
    } else {
        for (size_t i = 0; i < count; ++i)
            out[i] = F::of(a[ptrdiff_t(i) * a_step], b[ptrdiff_t(i) * b_step]);
    }
}

template <class F>
void binary(const float* a, Steps a_steps, const float* b, Steps b_steps, float* out,
            size_t rows, size_t columns) {
    for (size_t i = 0; i < rows; ++i, out += columns)
        binary_row<F>(a + ptrdiff_t(i) * a_steps.row, a_steps.element,
                      b + ptrdiff_t(i) * b_steps.row, b_steps.element, out, columns);
}

#define NB_BINARY(name, expression)         \
    struct name {                           \
        static float of(float x, float y) { \
            return expression;              \
        }                                   \
    };

NB_BINARY(Add, x + y)
NB_BINARY(Sub, x - y)
NB_BINARY(Mul, x* y)
NB_BINARY(Div, x / y)
NB_BINARY(Power, __builtin_powf(x, y))
NB_BINARY(Maximum, x != x ? x : (x > y ? x : y))
NB_BINARY(Eq, x == y ? 1.0f : 0.0f)
NB_BINARY(Ne, x != y ? 1.0f : 0.0f)
NB_BINARY(Ge, x >= y ? 1.0f : 0.0f)
NB_BINARY(Gt, x > y ? 1.0f : 0.0f)
NB_BINARY(Le, x <= y ? 1.0f : 0.0f)
NB_BINARY(Lt, x < y ? 1.0f : 0.0f)

template <class F>
void unary(const float* a, float* out, size_t count) {
#pragma omp simd
    for (size_t i = 0; i < count; ++i) out[i] = F::of(a[i]);
}
