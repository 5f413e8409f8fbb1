// The instructions that vector extensions cannot say, each with its meaning in plain lanes for targets without it.
//
//     fovea::any_greater(a, b);   acc = fovea::multiply_pairs(acc, a_pairs, b_pairs);
//
// Elements of the storage formats as floats: storage.hpp.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/machine/simd/lane_mask.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Keeps x in a register: g++ would otherwise load it anew for each of its uses, and the load ports become the limit.
template <class T, int N> FOVEA_HOST_DEVICE void hold(lanes<T, N>& x) {
#if defined(__AVX512F__)
    asm("" : "+v"(x.v));
#elif defined(__SSE2__)
    if constexpr (sizeof x <= 4 * native_isa.lanes) asm("" : "+x"(x.v));
#elif defined(__ARM_NEON)
    if constexpr (sizeof x == 16) asm("" : "+w"(x.v));
#endif
}

template <int N> FOVEA_HOST_DEVICE bool any_greater(real_lanes<N> a, real_lanes<N> b) {
#if defined(__AVX512F__)
    if constexpr (N == 16)
        return __builtin_ia32_cmpps512_mask(a.v, b.v, 0x1e, every_lane, 4) != 0; // GT, ordered, quiet
#endif
    return any(a > b);
}

// x * 2^n for whole n in [-125, 127]; -126 and below give exactly 0.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> scale_by_power(real_lanes<N> x, real_lanes<N> n) {
#if defined(__AVX512F__)
    if constexpr (N == 16) {
        const typename real_lanes<N>::native zero = {};
        const auto above = __builtin_ia32_cmpps512_mask(n.v, splat<N>(-126.f).v, 0x16, every_lane, 4); // not <=, quiet
        return {__builtin_ia32_scalefps512_mask(x.v, n.v, zero, sixteen_lanes{static_cast<unsigned short>(above)}, 4)};
    }
#endif
    // The exponent by its bits, not by a conversion: that of a NaN is undefined, and clang makes use of it.
    // Of 2^(n - 1), for twice x: that of -126 is all bits clear.
    const real_lanes<N> t = max(n, splat<N>(-126.f)) + (0x1.8p23f + 126.f);
    return (x + x) * reinterpret<float>(int_lanes<N>{reinterpret<std::int32_t>(t).v << 23});
}

#if defined(__AVX512F__) && defined(__AVX512DQ__)
// x less what of it is a multiple of 2^-Bits, rounded down; 0 of infinities.
template <int Bits, int N> FOVEA_HOST_DEVICE real_lanes<N> above_multiple(real_lanes<N> x) {
    static_assert(N == 16);
    real_lanes<N> r;
    asm("vreduceps %2, %1, %0" : "=v"(r.v) : "v"(x.v), "i"(Bits << 4 | 9)); // 9: downwards, no exceptions
    return r;
}
// a + b, rounded down.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> sum_rounded_down(real_lanes<N> a, float b) {
    asm("vaddps %{rd-sae%}, %1, %0, %0" : "+v"(a.v) : "v"(splat<N>(b).v));
    return a;
}
// Of 32 numbers those that the lowest five bits of each lane count.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> pick(real_lanes<N> bits, array_of<float, 2 * N> const& from) {
    static_assert(N == 16);
    asm("vpermi2ps %2, %1, %0" : "+v"(bits.v) : "v"(load<N>(from).v), "v"(load<N>(from + N).v));
    return bits;
}
// Where x is above -125.5, below which 2^x is taken for 0; so is a NaN.
template <int N> FOVEA_HOST_DEVICE sixteen_lanes has_power(real_lanes<N> x) {
    return {static_cast<unsigned short>(
        __builtin_ia32_cmpps512_mask(x.v, splat<N>(-125.5f).v, 0x16, every_lane, 4))}; // not <=, quiet
}
// x * 2^floor(n) in the lanes of `powered`, for n below 128; else exactly 0.
template <int N>
FOVEA_HOST_DEVICE real_lanes<N> scale_by_floor(real_lanes<N> x, real_lanes<N> n, sixteen_lanes powered) {
    const typename real_lanes<N>::native zero = {};
    return {__builtin_ia32_scalefps512_mask(x.v, n.v, zero, powered, 4)};
}
#endif

// acc + a.lo * b.lo + a.hi * b.hi on pairs of bf16 in 32-bit words.
template <int N>
FOVEA_HOST_DEVICE real_lanes<N> multiply_pairs(real_lanes<N> acc, int_lanes<N> a, int_lanes<N> b) {
#if defined(__AVX512BF16__)
    if constexpr (N == 16) {
        asm("vdpbf16ps %2, %1, %0" : "+v"(acc.v) : "v"(a.v), "v"(b.v));
        return acc;
    }
#endif
    constexpr std::int32_t upper = static_cast<std::int32_t>(0xffff0000u);
    acc = fma(reinterpret<float>(int_lanes<N>{a.v & upper}), reinterpret<float>(int_lanes<N>{b.v & upper}), acc);
    return fma(reinterpret<float>(int_lanes<N>{a.v << 16}), reinterpret<float>(int_lanes<N>{b.v << 16}), acc);
}

} // namespace v0_1
} // namespace fovea
