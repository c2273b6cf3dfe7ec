// Extracted from the book: edit the chapter, or edit here and run "make sync".
// exp, log and tanh without a branch, so that a loop over them becomes vector code.

NB_INLINE std::uint32_t bits_of(float x) {
    std::uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

NB_INLINE float float_of(std::uint32_t bits) {
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

// 2^k for k in [-126, 127]: the exponent's bits, written down.
NB_INLINE float power_of_two(std::int32_t k) {
    return float_of((std::uint32_t(k) + 127u) << 23);
}

constexpr float kLog2e = 0x1.715476p+0f;
constexpr float kLn2High = 0x1.63p-1f;       // nine bits: k times it is exact
constexpr float kLn2Low = -0x1.bd0106p-13f;  // the rest of ln 2
constexpr float kInfinity = __builtin_inff();

// e^r - 1 for |r| <= ln(2) / 2, to a small part of itself.
NB_INLINE float expm1_near_zero(float r) {
    float q = 0x1.6d431ap-10f;
    q = q * r + 0x1.120b66p-7f;
    q = q * r + 0x1.5554eap-5f;
    q = q * r + 0x1.5554dcp-3f;
    q = q * r + 0.5f;
    return q * (r * r) + r;
}

// x = k * ln(2) + r.
struct Reduced {
    std::int32_t k;
    float r;
};

NB_INLINE Reduced reduced(float x) {
    const float shifted = x * kLog2e + 0x1.8p23f;
    const float k = shifted - 0x1.8p23f;
    return {std::int32_t(bits_of(shifted) - bits_of(0x1.8p23f)),
            (x - k * kLn2High) - k * kLn2Low};
}

struct Exp {
    static NB_INLINE float of(float x) {
        x = x > 89.0f ? 89.0f : x;
        x = x < -104.0f ? -104.0f : x;
        const Reduced part = reduced(x);
        const std::int32_t half = part.k >> 1;
        return (1.0f + expm1_near_zero(part.r)) * power_of_two(half) *
               power_of_two(part.k - half);
    }
};

struct Log {
    static NB_INLINE float of(float x) {
        const bool tiny = x < 0x1p-126f;
        const float scaled = tiny ? x * 0x1p23f : x;
        const std::uint32_t bits = bits_of(scaled);
        const std::int32_t e = std::int32_t(bits - bits_of(0x1.6a09e6p-1f)) >> 23;
        const float f = float_of(bits - (std::uint32_t(e) << 23)) - 1.0f;
        const float k = float(e) - (tiny ? 23.0f : 0.0f);
        float q = 0x1.1690bcp-4f;
        q = q * f - 0x1.e0525ep-4f;
        q = q * f + 0x1.e70e1p-4f;
        q = q * f - 0x1.fbc226p-4f;
        q = q * f + 0x1.232e06p-3f;
        q = q * f - 0x1.555f02p-3f;
        q = q * f + 0x1.99a56p-3f;
        q = q * f - 0x1.0p-2f;
        q = q * f + 0x1.555546p-2f;
        const float square = f * f;
        float y = q * (square * f) + k * kLn2Low - 0.5f * square + f + k * kLn2High;
        y = x == kInfinity ? kInfinity : y;
        y = x == 0.0f ? -kInfinity : y;
        return x < 0.0f || x != x ? __builtin_nanf("") : y;
    }
};

struct Tanh {
    static NB_INLINE float of(float x) {
        float size = x < 0.0f ? -x : x;
        size = size > 10.0f ? 10.0f : size;
        const Reduced part = reduced(2.0f * size);
        const float scale = power_of_two(part.k);
        const float em1 = scale * expm1_near_zero(part.r) + (scale - 1.0f);
        const float y = em1 / (em1 + 2.0f);
        return float_of(bits_of(y) | (bits_of(x) & 0x80000000u));
    }
};

struct Neg {
    static NB_INLINE float of(float x) {
        return -x;
    }
};

struct Sqrt {
    static NB_INLINE float of(float x) {
        return __builtin_sqrtf(x);
    }
};
