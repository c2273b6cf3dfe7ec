// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Loops over flat arrays of float32 that do in one pass what NumPy does in several.
#pragma once

namespace nb::training {

// Numbers of an Adam step: `share1` is 1 - beta1, a `coupled_decay` of 0 is none, and
// `kept` is what a decoupled decay leaves of a weight.
struct AdamStep {
    float share1, share2, eps, rate, coupled_decay, kept;
};

struct MomentumStep {
    float share, rate, coupled_decay;
    bool momentum, nesterov;
};

struct Passes {
    void (*adam)(const AdamStep& s, long n, const float* w, const float* g, float* m,
                 float* v, float* largest, float* out);
    void (*momentum)(const MomentumStep& s, long n, const float* w, const float* g,
                     float* u, float* out);

    void (*column_moments)(const float* x, long m, long n, float* mean, float* squares,
                           float* scratch);
    void (*scale_columns)(const float* x, long m, long n, const float* mean,
                          const float* scale, const float* weight, const float* bias,
                          float* out);
    void (*column_sums)(const float* adjoint, const float* x, long m, long n,
                        const float* mean, const float* scale, float* of_weight,
                        float* of_bias, float* scratch);
    void (*columns_back)(const float* adjoint, const float* x, long m, long n,
                         const float* mean, const float* factor, const float* slope,
                         const float* shift, float* dx);
    void (*rows_forward)(const float* x, long m, long n, float eps, const float* weight,
                         const float* bias, float* mean, float* variance, float* out);
    void (*rows_back)(const float* adjoint, const float* x, long m, long n, float eps,
                      const float* mean, const float* variance, const float* weight,
                      float* dx, float* of_weight, float* of_bias);
    void (*sum_rows)(const float* a, long m, long n, float* out, float* scratch);
    float (*softmax_loss)(const float* z, const long* y, long m, long k,
                          float* log_sums);
    void (*softmax_back)(const float* z, const long* y, long m, long k,
                         const float* log_sums, float factor, float* dz);
};

const Passes& passes();

}  // namespace nb::training
