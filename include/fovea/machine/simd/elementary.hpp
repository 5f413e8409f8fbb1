// exp2, exp, tanh and log on lanes.
//
//     auto w = fovea::exp2(x);                       // relative error 2e-7
//     auto w = fovea::exp2<fovea::exp2_terms{3}>(x);  // 1e-4, enough below bf16's 2e-3
//
// Error: tests/unit/machine/elementary.cpp. From -125.5 down exp2 gives exactly 0, of masked scores (the lowest float)
// and -inf too: no denormal, which some machines multiply in microcode. NaN stays NaN.
#pragma once
#include "fovea/machine/simd/hooks.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Degree of the polynomial for 2^r: 3 for 16-bit weights, 5 for fp32.
struct exp2_terms {
    int degree = 5;
};

// x = n + r with whole n and |r| <= 1/2, by adding and taking away 1.5 * 2^23; beyond 2^22 n is x and r is 0. shifted:
// what was taken away again, with n in its lowest bits. clang does not say when it takes sums apart (isa.hpp): it is
// told not to, here, where the operators are its own.
template <int N> struct split_power {
    real_lanes<N> shifted, n, r;
};
template <int N> FOVEA_HOST_DEVICE split_power<N> split(real_lanes<N> x, float shifter = 0x1.8p23f) {
#if defined(__clang__)
#pragma clang fp reassociate(off)
#endif
    const typename real_lanes<N>::native t = x.v + shifter, n = t - shifter;
    return {{t}, {n}, {x.v - n}};
}

// Times 2^r. Minimax in the relative error on [-1/2, 1/2] with a constant term of exactly 1: 1.0e-4 and 9.1e-8.
template <exp2_terms Terms, int Times = 1, int N> FOVEA_HOST_DEVICE real_lanes<N> power_polynomial(real_lanes<N> r) {
    constexpr float m = Times;
    if constexpr (Terms.degree == 3) {
        real_lanes<N> p = fma(r, m * 0.05500892922282219f, m * 0.2422109693288803f);
        p = fma(p, r, splat<N>(m * 0.6932829022407532f));
        return fma(p, r, splat<N>(m));
    } else {
        real_lanes<N> p = fma(r, m * 0.001326472731307149f, m * 0.009671512991189957f);
        p = fma(p, r, splat<N>(m * 0.05550733581185341f));
        p = fma(p, r, splat<N>(m * 0.24022242426872253f));
        p = fma(p, r, splat<N>(m * 0.6931470036506653f));
        return fma(p, r, splat<N>(m));
    }
}

#if defined(__AVX512F__) && defined(__AVX512DQ__)
// 2^(i / 32).
struct thirty_seconds {
    alignas(64) array_of<float, 32> powers;
    constexpr thirty_seconds() : powers() {
        constexpr array_of<double, 5> roots = {1.4142135623730951, 1.1892071150027210, 1.0905077326652577,
                                               1.0442737824274138, 1.0218971486541166}; // 2^(1/2), 2^(1/4), ...
        for (int i = 0; i < 32; ++i) {
            double power = 1;
            for (int bit = 0; bit < 5; ++bit)
                if (i & 16 >> bit) power *= roots[bit];
            powers[i] = static_cast<float>(power);
        }
    }
};
inline constexpr thirty_seconds powers_of_thirty_seconds;

// One instruction takes the whole part off, one puts it back; 2^r with r in [0, 1) is minimax in the relative error
// with a constant term of exactly 1, 8.6e-5. Degree 5 is as exact with two terms and a table: r in [0, 1/32), 6.6e-8.
template <exp2_terms Terms, int N> FOVEA_HOST_DEVICE real_lanes<N> exp2_in_parts(real_lanes<N> x) {
    if constexpr (Terms.degree == 3) {
        const real_lanes<N> r = above_multiple<0>(x);
        const real_lanes<N> p = fma(fma(r, 0.07706717f, 0.22764485f), r, splat<N>(0.69511682f));
        return scale_by_floor(fma(p, r, splat<N>(1.f)), x, has_power(x));
    } else {
        const real_lanes<N> r = above_multiple<5>(x);
        const real_lanes<N> count = sum_rounded_down(x, 0x1.8p18f); // of 32nds, in the lowest bits
        const real_lanes<N> power = pick(count, powers_of_thirty_seconds.powers);
        const real_lanes<N> p = fma(fma(r, 0.2426526923055157f, 0.6931237316068907f), r * power, power);
        return scale_by_floor(p, x, has_power(x));
    }
}
#endif

template <exp2_terms Terms = exp2_terms{}, int N> FOVEA_HOST_DEVICE real_lanes<N> exp2(real_lanes<N> x) {
    static_assert(Terms.degree == 3 || Terms.degree == 5, "fovea: exp2_terms::degree is 3 or 5");
#if defined(__AVX512F__) && defined(__AVX512DQ__)
    if constexpr (N == 16 && native_isa.lanes == 16) return exp2_in_parts<Terms>(x);
    else
#endif
    {
        // The shifter carries the exponent's bias less 1, for twice the polynomial: -126, at which x is clamped, is the
        // float with all bits clear, 0.
        const split_power<N> y = split(max(x, splat<N>(-126.f)), 0x1.8p23f + 126.f);
        const int_lanes<N> power{reinterpret<std::int32_t>(y.shifted).v << 23};
        return power_polynomial<Terms, 2>(y.r) * reinterpret<float>(power);
    }
}
// sum + weight * x where weight is exp2(x): where that is 0, also of an infinite x.
template <int N>
FOVEA_HOST_DEVICE real_lanes<N> add_weighted(real_lanes<N> weight, real_lanes<N> x, real_lanes<N> sum) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
    if constexpr (N == 16 && native_isa.lanes == 16)
        return {__builtin_ia32_vfmaddps512_mask3(weight.v, x.v, sum.v, has_power(x), 4)};
    else
#endif
        return fma(weight, max(x, splat<N>(lowest_float)), sum);
}

// For scores as written, over the whole range of float: n ln 2 is taken off in two parts, and 2^n multiplied in two
// halves, so that large results keep their digits and end in infinity. Relative error 3e-7.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> exp(real_lanes<N> x) {
    const real_lanes<N> y = min(max(x, splat<N>(-104.f)), splat<N>(89.f));
    const real_lanes<N> n = split(y * log2_e).n;
    const real_lanes<N> r = fma(n, 2.12194440e-4f, fma(n, -0.693359375f, y));
    const real_lanes<N> half = split(n * 0.5f).n;
    return scale_by_power(scale_by_power(power_polynomial<exp2_terms{}>(r * log2_e), half), n - half);
}

// tanh(x) = 2 n q / (q^2 + n^2) of tanh(x / 2) = n / q, n = x p(x^2): where tanh is near 1, errors of n and q hardly
// reach it. Minimax in the error that does: 8e-9. Relative error 3e-7 everywhere, fused or not. In [-1, 1], and at the
// end, where every order of roundings gives it, exactly 1.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> tanh(real_lanes<N> x) {
    constexpr float end = 9.40000916f;
    const real_lanes<N> y = min(max(x, splat<N>(-end)), splat<N>(end)), t = y * y;
    const real_lanes<N> n = y * fma(fma(t, 46.5799713f, 12161.7324f), t, splat<N>(408645.594f));
    const real_lanes<N> q = fma(fma(t + 985.021362f, t, splat<N>(92431.0234f)), t, splat<N>(817291.188f));
    return min(max(n * (q + q) / fma(n, n, q * q), splat<N>(-1.f)), splat<N>(1.f));
}
// A lane at a time: scores seldom take a logarithm.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> log(real_lanes<N> x) {
    for (int i = 0; i < N; ++i) x.v[i] = __builtin_logf(x.v[i]);
    return x;
}

} // namespace v0_1
} // namespace fovea
