// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Optimizers and norms. Compiled once for each instruction set, without contraction:
// each operation is rounded as NumPy rounds it.
#include "passes.hpp"

namespace nb::training::NB_ISA {

static void adam(const AdamStep& s, long n, const float* __restrict w,
                 const float* __restrict g, float* __restrict m, float* __restrict v,
                 float* __restrict largest, float* __restrict out) {
    for (long i = 0; i < n; ++i) {
        const float slope = s.coupled_decay != 0 ? g[i] + s.coupled_decay * w[i] : g[i];
        m[i] += (slope - m[i]) * s.share1;
        v[i] += (slope * slope - v[i]) * s.share2;
        float scale = v[i];
        if (largest) scale = largest[i] = largest[i] > scale ? largest[i] : scale;
        const float step = m[i] / (__builtin_sqrtf(scale) + s.eps) * s.rate;
        out[i] = w[i] * s.kept - step;
    }
}

static void momentum(const MomentumStep& s, long n, const float* __restrict w,
                     const float* __restrict g, float* __restrict u,
                     float* __restrict out) {
    for (long i = 0; i < n; ++i) {
        const float slope = s.coupled_decay != 0 ? g[i] + s.coupled_decay * w[i] : g[i];
        float direction = slope;
        if (s.momentum) {
            direction = u[i] += (slope - u[i]) * s.share;
            if (s.nesterov) direction = (slope - direction) * s.share + direction;
        }
        out[i] = w[i] - direction * s.rate;
    }
}

constexpr long BLOCK = 64;

// Mean and sum of squares around it of each column, block by block (Chan et al.).
static void column_moments(const float* x, long m, long n, float* mean, float* squares,
                           float* scratch) {
    float *here = scratch, *around = scratch + n;
    for (long j = 0; j < n; ++j) mean[j] = squares[j] = 0.0f;
    for (long first = 0; first < m; first += BLOCK) {
        const long count = m - first < BLOCK ? m - first : BLOCK;
        const float* rows = x + first * n;
        for (long j = 0; j < n; ++j) here[j] = around[j] = 0.0f;
        for (long i = 0; i < count; ++i)
            for (long j = 0; j < n; ++j) here[j] += rows[i * n + j];
        for (long j = 0; j < n; ++j) here[j] /= count;
        for (long i = 0; i < count; ++i)
            for (long j = 0; j < n; ++j) {
                const float off = rows[i * n + j] - here[j];
                around[j] += off * off;
            }
        const float share = static_cast<float>(count) / (first + count);
        for (long j = 0; j < n; ++j) {
            const float apart = here[j] - mean[j];
            mean[j] += apart * share;
            squares[j] += around[j] + apart * apart * (first * share);
        }
    }
}

static void scale_columns(const float* __restrict x, long m, long n,
                          const float* __restrict mean, const float* __restrict scale,
                          const float* __restrict weight, const float* __restrict bias,
                          float* __restrict out) {
    for (long i = 0; i < m; ++i, x += n, out += n)
        for (long j = 0; j < n; ++j)
            out[j] = (x[j] - mean[j]) * scale[j] * weight[j] + bias[j];
}

// Sums over the rows of the adjoint, and of the adjoint times the standardized x.
static void column_sums(const float* adjoint, const float* x, long m, long n,
                        const float* mean, const float* scale, float* of_weight,
                        float* of_bias, float* scratch) {
    float* __restrict one = scratch, * __restrict two = scratch + n;
    for (long j = 0; j < n; ++j) of_weight[j] = of_bias[j] = 0.0f;
    for (long first = 0; first < m; first += BLOCK) {
        const long end = m - first < BLOCK ? m : first + BLOCK;
        for (long j = 0; j < n; ++j) one[j] = two[j] = 0.0f;
        for (long i = first; i < end; ++i)
            for (long j = 0; j < n; ++j) {
                const float a = adjoint[i * n + j];
                one[j] += a * ((x[i * n + j] - mean[j]) * scale[j]);
                two[j] += a;
            }
        for (long j = 0; j < n; ++j) {
            of_weight[j] += one[j];
            of_bias[j] += two[j];
        }
    }
}

// dx = factor * (adjoint - shift - (x - mean) * slope), column by column.
static void columns_back(const float* __restrict adjoint, const float* __restrict x,
                         long m, long n, const float* __restrict mean,
                         const float* __restrict factor, const float* __restrict slope,
                         const float* __restrict shift, float* __restrict dx) {
    for (long i = 0; i < m; ++i, x += n, adjoint += n, dx += n)
        for (long j = 0; j < n; ++j)
            dx[j] = factor[j] * (adjoint[j] - shift[j] - (x[j] - mean[j]) * slope[j]);
}

// The sum of f(i) for i below n in sixteen strands, which vector registers hold.
template <typename F>
static inline float total(long n, F f) {
    float strands[16] = {};
    long i = 0;
    for (; i + 16 <= n; i += 16)
        for (int k = 0; k < 16; ++k) strands[k] += f(i + k);
    for (; i < n; ++i) strands[i % 16] += f(i);
    for (int half = 8; half; half /= 2)
        for (int k = 0; k < half; ++k) strands[k] += strands[k + half];
    return strands[0];
}

static void rows_forward(const float* x, long m, long n, float eps, const float* weight,
                         const float* bias, float* mean, float* variance, float* out) {
    for (long i = 0; i < m; ++i, x += n, out += n) {
        const float middle = total(n, [&](long j) { return x[j]; }) / n;
        const float spread =
            total(n, [&](long j) { return (x[j] - middle) * (x[j] - middle); }) / n;
        const float scale = 1.0f / __builtin_sqrtf(spread + eps);
        mean[i] = middle;
        variance[i] = spread;
        for (long j = 0; j < n; ++j)
            out[j] = (x[j] - middle) * scale * weight[j] + bias[j];
    }
}

static void rows_back(const float* adjoint, const float* x, long m, long n, float eps,
                      const float* mean, const float* variance, const float* weight,
                      float* dx, float* of_weight, float* of_bias) {
    for (long j = 0; j < n; ++j) of_weight[j] = of_bias[j] = 0.0f;
    for (long i = 0; i < m; ++i, x += n, adjoint += n, dx += n) {
        const float middle = mean[i];
        const float scale = 1.0f / __builtin_sqrtf(variance[i] + eps);
        const auto normal = [&](long j) { return (x[j] - middle) * scale; };
        const float shift =
            total(n, [&](long j) { return adjoint[j] * weight[j]; }) / n;
        const float along =
            total(n, [&](long j) { return adjoint[j] * weight[j] * normal(j); }) / n;
        for (long j = 0; j < n; ++j) {
            of_weight[j] += adjoint[j] * normal(j);
            of_bias[j] += adjoint[j];
            dx[j] = (adjoint[j] * weight[j] - shift - normal(j) * along) * scale;
        }
    }
}

static void sum_rows(const float* a, long m, long n, float* out, float* scratch) {
    float* __restrict part = scratch;
    for (long j = 0; j < n; ++j) out[j] = 0.0f;
    for (long first = 0; first < m; first += BLOCK) {
        const long end = m - first < BLOCK ? m : first + BLOCK;
        for (long j = 0; j < n; ++j) part[j] = 0.0f;
        for (long i = first; i < end; ++i)
            for (long j = 0; j < n; ++j) part[j] += a[i * n + j];
        for (long j = 0; j < n; ++j) out[j] += part[j];
    }
}

static float largest(const float* z, long k) {
    float top = z[0];
    for (long j = 1; j < k; ++j) top = z[j] > top ? z[j] : top;
    return top;
}

// Mean of log sum exp z - z_y over m rows of k; keeps each log sum exp (z - largest).
static float softmax_loss(const float* z, const long* y, long m, long k,
                          float* log_sums) {
    double sum = 0.0;
    for (long i = 0; i < m; ++i, z += k) {
        const float top = largest(z, k);
        float exps = 0.0f;
        for (long j = 0; j < k; ++j) exps += __builtin_expf(z[j] - top);
        log_sums[i] = __builtin_logf(exps);
        sum += log_sums[i] - (z[y[i]] - top);
    }
    return static_cast<float>(sum / m);
}

// dz = (softmax(z) - one-hot rows of y) * factor.
static void softmax_back(const float* z, const long* y, long m, long k,
                         const float* log_sums, float factor, float* dz) {
    for (long i = 0; i < m; ++i, z += k, dz += k) {
        const float top = largest(z, k);
        for (long j = 0; j < k; ++j)
            dz[j] = __builtin_expf(z[j] - top - log_sums[i]) * factor;
        dz[y[i]] -= factor;
    }
}

extern const Passes all_passes;
const Passes all_passes{adam,        momentum,     column_moments, scale_columns,
                        column_sums, columns_back, rows_forward,   rows_back,
                        sum_rows,    softmax_loss, softmax_back};

}  // namespace nb::training::NB_ISA
