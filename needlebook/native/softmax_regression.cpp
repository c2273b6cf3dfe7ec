// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Softmax regression on raw pointers: every matrix is one row after the other.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace py = pybind11;
using std::size_t;

// H (m, k) = X (m, n) times theta (n, k).
void logits(const float* X, const float* theta, float* H, size_t m, size_t n,
            size_t k) {
    std::fill(H, H + m * k, 0.0f);
    for (size_t i = 0; i < m; ++i)
        for (size_t j = 0; j < n; ++j)
            for (size_t c = 0; c < k; ++c)
                H[i * k + c] += X[i * n + j] * theta[j * k + c];
}

// H (m, k) becomes softmax(H) minus the one-hot rows of y (m).
void softmax_minus_one_hot(float* H, const std::uint8_t* y, size_t m, size_t k) {
    for (size_t i = 0; i < m; ++i) {
        float* row = H + i * k;
        const float top = *std::max_element(row, row + k);
        float total = 0.0f;
        for (size_t c = 0; c < k; ++c) total += row[c] = std::exp(row[c] - top);
        for (size_t c = 0; c < k; ++c) row[c] /= total;
        row[y[i]] -= 1.0f;
    }
}

// theta (n, k) -= rate * X^T (n, m) times G (m, k).
void descend(const float* X, const float* G, float* theta, float rate, size_t m,
             size_t n, size_t k) {
    for (size_t i = 0; i < m; ++i)
        for (size_t j = 0; j < n; ++j)
            for (size_t c = 0; c < k; ++c)
                theta[j * k + c] -= rate * X[i * n + j] * G[i * k + c];
}

void epoch(const float* X, const std::uint8_t* y, float* theta, size_t m, size_t n,
           size_t k, float lr, size_t batch) {
    std::vector<float> H(std::min(batch, m) * k);
    for (size_t start = 0; start < m; start += batch) {
        const size_t rows = std::min(batch, m - start);
        const float* X_batch = X + start * n;
        logits(X_batch, theta, H.data(), rows, n, k);
        softmax_minus_one_hot(H.data(), y + start, rows, k);
        descend(X_batch, H.data(), theta, lr / rows, rows, n, k);
    }
}

template <typename T>
using Array = py::array_t<T, py::array::c_style>;

void checked_epoch(Array<float> X, Array<std::uint8_t> y, Array<float> theta, float lr,
                   size_t batch) {
    if (X.ndim() != 2 || y.ndim() != 1 || theta.ndim() != 2 ||
        X.shape(0) != y.shape(0) || X.shape(1) != theta.shape(0))
        throw std::invalid_argument("wanted are X (m, n), y (m,) and theta (n, k)");
    if (batch == 0) throw std::invalid_argument("batch must be at least 1");
    const size_t m = X.shape(0), n = X.shape(1), k = theta.shape(1);
    const std::uint8_t* labels = y.data();
    if (m > 0 && *std::max_element(labels, labels + m) >= k)
        throw std::invalid_argument("a label is not below k = " + std::to_string(k));
    epoch(X.data(), labels, theta.mutable_data(), m, n, k, lr, batch);
}

PYBIND11_MODULE(_softmax_regression, module) {
    module.doc() = "Softmax regression on raw row-major pointers.";
    module.def("epoch", &checked_epoch, py::arg("X").noconvert(),
               py::arg("y").noconvert(), py::arg("theta").noconvert(), py::arg("lr"),
               py::arg("batch"),
               "One epoch in place: X (m, n) and theta (n, k) float32, y (m,) uint8.");
}
