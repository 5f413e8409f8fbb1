// Scalar functions of the language, for the point reading; lanes and intervals overload the same names.
//
//     fovea::exp2(3.f) == 8.f
#pragma once
#include <limits>

#include "fovea/base/interval.hpp"

namespace fovea::inline v0_1 {

inline constexpr float log2_e = 1.4426950408889634f, ln_2 = 0.6931471805599453f;
inline constexpr float lowest_float = std::numeric_limits<float>::lowest();

FOVEA_HOST_DEVICE float exp(float x) { return __builtin_expf(x); }
FOVEA_HOST_DEVICE float exp2(float x) { return __builtin_exp2f(x); }
FOVEA_HOST_DEVICE float log(float x) { return __builtin_logf(x); }
#if defined(__CUDACC__)
FOVEA_HOST_DEVICE float log2(float x) { return __builtin_log2f(x); }
#else
// Inline: every row with a statistic takes one, and a call is a good part of its end. Relative error 3e-7.
FOVEA_HOST_DEVICE float log2(float x) {
    if (!(x >= std::numeric_limits<float>::min() && x <= std::numeric_limits<float>::max())) [[unlikely]]
        return __builtin_log2f(x);
    const auto bits = __builtin_bit_cast(std::int32_t, x);
    const std::int32_t power = (bits - 0x3f2aaaab) >> 23; // m in [2/3, 4/3)
    const float m = __builtin_bit_cast(float, bits - power * (1 << 23));
    const float s = (m - 1) / (m + 1), t = s * s; // log(m) = 2 artanh(s)
    const float p = (((0.320598898f * t + 0.412198583f) * t + 0.577078016f) * t + 0.961796694f) * t + 2.88539008f;
    return static_cast<float>(power) + s * p;
}
#endif
FOVEA_HOST_DEVICE float tanh(float x) { return __builtin_tanhf(x); }
FOVEA_HOST_DEVICE float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
// sum + weight * x where weight is exp2(x): where that is 0, also of an infinite x.
FOVEA_HOST_DEVICE float add_weighted(float weight, float x, float sum) {
    return __builtin_fmaf(weight, lowest_float > x ? lowest_float : x, sum);
}
FOVEA_HOST_DEVICE constexpr float abs(float x) { return __builtin_fabsf(x); }
FOVEA_HOST_DEVICE constexpr index abs(index x) { return x < 0 ? wrapped_difference(0, x) : x; }
// A NaN in `a` wins, as in a comparison chain `b > a ? b : a`.
FOVEA_HOST_DEVICE constexpr float max(float a, float b) { return b > a ? b : a; }
FOVEA_HOST_DEVICE constexpr float min(float a, float b) { return b < a ? b : a; }
FOVEA_HOST_DEVICE constexpr index max(index a, index b) { return b > a ? b : a; }
FOVEA_HOST_DEVICE constexpr index min(index a, index b) { return b < a ? b : a; }
FOVEA_HOST_DEVICE constexpr float select(bool c, float a, float b) { return c ? a : b; }
FOVEA_HOST_DEVICE constexpr index select(bool c, index a, index b) { return c ? a : b; }

// The reference engine's scores are double.
FOVEA_HOST_DEVICE double exp(double x) { return __builtin_exp(x); }
FOVEA_HOST_DEVICE double log(double x) { return __builtin_log(x); }
FOVEA_HOST_DEVICE double tanh(double x) { return __builtin_tanh(x); }
FOVEA_HOST_DEVICE constexpr double abs(double x) { return __builtin_fabs(x); }
FOVEA_HOST_DEVICE constexpr double max(double a, double b) { return b > a ? b : a; }
FOVEA_HOST_DEVICE constexpr double min(double a, double b) { return b < a ? b : a; }

// What a fold combines with.
struct take_sum {
    template <class T> FOVEA_HOST_DEVICE T operator()(T a, T b) const { return a + b; }
};
struct take_max {
    template <class T> FOVEA_HOST_DEVICE T operator()(T a, T b) const { return max(a, b); }
};

// Monotone functions of an interval: the ends, widened by the rounding of the readings; of NaN, NaN.
FOVEA_HOST_DEVICE bounds exp(bounds a) {
    return may_be_nan(a) ? a : widened(__builtin_expf(a.lo), __builtin_expf(a.hi));
}
FOVEA_HOST_DEVICE bounds exp2(bounds a) {
    return may_be_nan(a) ? a : widened(__builtin_exp2f(a.lo), __builtin_exp2f(a.hi));
}
FOVEA_HOST_DEVICE bounds tanh(bounds a) {
    return may_be_nan(a) ? a : widened(__builtin_tanhf(a.lo), __builtin_tanhf(a.hi));
}
// Below zero the logarithm has no value, so an interval that reaches there says nothing.
FOVEA_HOST_DEVICE bounds log(bounds a) {
    if (!(a.lo >= 0)) return any_score;
    const bounds ends = widened(__builtin_logf(a.lo), __builtin_logf(a.hi));
    return {ends.lo - 1e-6f, ends.hi + 1e-6f};
}

} // namespace fovea::inline v0_1
