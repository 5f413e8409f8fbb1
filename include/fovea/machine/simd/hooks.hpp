// The instructions that vector extensions cannot say, each with its meaning in plain lanes for targets without it.
//
//     fovea::any(a < b);   acc = fovea::multiply_pairs(acc, a_pairs, b_pairs);
//     auto x = fovea::load_as_real<8>(fp16_pointer);
#pragma once
#include <utility>

#include "fovea/base/array.hpp"
#include "fovea/dtype/formats.hpp"
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

// bf16 of a float in the upper half of each word, round to nearest even; NaN stays NaN.
template <int N> FOVEA_HOST_DEVICE int_lanes<N> bf16_in_upper_half(real_lanes<N> x) {
    using words = typename lanes<std::uint32_t, N>::native;
    using ints = typename int_lanes<N>::native;
    const words u = __builtin_bit_cast(words, x.v);
    const int_lanes<N> rounded{__builtin_bit_cast(ints, u + 0x7fffu + ((u >> 16) & 1u))};
    const int_lanes<N> quiet{__builtin_bit_cast(ints, u | 0x400000u)};
    return select(x != x, quiet, rounded);
}
// Words whose lower half is bf16(lo) and whose upper half is bf16(hi).
template <int N> FOVEA_HOST_DEVICE int_lanes<N> pair_of(real_lanes<N> lo, real_lanes<N> hi) {
    using words = typename lanes<std::uint32_t, N>::native;
    const words l = __builtin_bit_cast(words, bf16_in_upper_half(lo).v),
                h = __builtin_bit_cast(words, bf16_in_upper_half(hi).v);
    const words pair = (l >> 16) | (h & 0xffff0000u);
    return {__builtin_bit_cast(typename int_lanes<N>::native, pair)};
}

// The 2 N floats of a and then b as bf16, in order, two to a word.
template <int N> FOVEA_HOST_DEVICE int_lanes<N> bf16_words(real_lanes<N> a, real_lanes<N> b) {
    int_lanes<N> result;
#if defined(__AVX512BF16__)
    if constexpr (N == 16) {
        asm("vcvtne2ps2bf16 %2, %1, %0" : "=v"(result.v) : "v"(b.v), "v"(a.v));
        return result;
    }
#endif
    using halves = typename lanes<std::uint16_t, N>::native;
    using words = typename lanes<std::uint32_t, N>::native;
    const words upper_a = __builtin_bit_cast(words, bf16_in_upper_half(a).v) >> 16;
    const words upper_b = __builtin_bit_cast(words, bf16_in_upper_half(b).v) >> 16;
    const halves both[2] = {__builtin_convertvector(upper_a, halves), __builtin_convertvector(upper_b, halves)};
    std::memcpy(&result, both, sizeof result);
    return result;
}

// N elements of any storage format, as floats.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> load_as_real(float const* p) { return load<N>(p); }
template <int N> FOVEA_HOST_DEVICE real_lanes<N> load_as_real(bf16 const* p) {
    using words = typename lanes<std::uint32_t, N>::native;
    const auto halves = *reinterpret_cast<typename lanes<std::uint16_t, N>::unaligned const*>(p);
#if defined(__GNUC__) && !defined(__clang__) // g++ 12 widens in halves otherwise
#if defined(__AVX2__)
    if constexpr (N == 8) {
        typedef short signed_halves __attribute__((vector_size(16)));
        const auto w = __builtin_bit_cast(words, __builtin_ia32_pmovzxwd256(__builtin_bit_cast(signed_halves, halves)));
        return {__builtin_bit_cast(typename real_lanes<N>::native, w << 16)};
    }
#endif
#if defined(__AVX512F__)
    if constexpr (N == 16) {
        typedef short signed_halves __attribute__((vector_size(32)));
        const typename int_lanes<N>::native zero = {};
        const auto w = __builtin_bit_cast(
            words, __builtin_ia32_pmovzxwd512_mask(__builtin_bit_cast(signed_halves, halves), zero, every_lane));
        return {__builtin_bit_cast(typename real_lanes<N>::native, w << 16)};
    }
#endif
#endif
    const words w = __builtin_convertvector(halves, words) << 16;
    return {__builtin_bit_cast(typename real_lanes<N>::native, w)};
}
template <int N> FOVEA_HOST_DEVICE real_lanes<N> load_as_real(fp16 const* p) {
#if defined(__F16C__)
    typedef short halves __attribute__((vector_size(16)));
    if constexpr (N == 8) {
        halves h;
        std::memcpy(&h, p, sizeof h);
        return {__builtin_ia32_vcvtph2ps256(h)};
    }
    if constexpr (N == 16) {
        const real_lanes<8> parts[2] = {load_as_real<8>(p), load_as_real<8>(p + 8)};
        real_lanes<16> x;
        std::memcpy(&x, parts, sizeof x);
        return x;
    }
#endif
    real_lanes<N> x = {};
    for (int i = 0; i < N; ++i) x.v[i] = p[i];
    return x;
}

// P words, repeated along N lanes.
template <int N, int P> FOVEA_HOST_DEVICE real_lanes<N> repeat_words(void const* p) {
    static_assert(N % P == 0);
    if constexpr (P == N) {
        real_lanes<N> x;
        std::memcpy(&x, p, sizeof x);
        return x;
    } else if constexpr (P == 1) {
        float x;
        std::memcpy(&x, p, sizeof x);
        return splat<N>(x);
    } else if constexpr (P == 2) {
        index x;
        std::memcpy(&x, p, sizeof x);
        return {__builtin_bit_cast(typename real_lanes<N>::native, splat<N / 2>(x).v)};
    } else {
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__) // g++ 12 joins halves otherwise
        if constexpr (N == 16 && P == 4) {
            real_lanes<4> x;
            std::memcpy(&x, p, sizeof x);
            const real_lanes<16>::native zero = {};
            return {__builtin_ia32_broadcastf32x4_512(x.v, zero, every_lane)};
        }
#endif
#if defined(__AVX__) && defined(__GNUC__) && !defined(__clang__)
        if constexpr (N == 8 && P == 4)
            return {__builtin_ia32_vbroadcastf128_ps256(static_cast<real_lanes<4>::native const*>(p))};
#endif
        real_lanes<P> x;
        std::memcpy(&x, p, sizeof x);
        real_lanes<N> repeated = {};
        for (int i = 0; i < N; ++i) repeated.v[i] = x.v[i % P];
        return repeated;
    }
}

// What two words of bf16 pairs, or a vector of them, come apart into.
template <int N> struct two_vectors {
    real_lanes<N> first, second;
};
// N words of bf16 pairs as floats: the lower halves, then the upper ones.
template <int N> FOVEA_HOST_DEVICE two_vectors<N> halves_of(real_lanes<N> words) {
    constexpr std::int32_t upper = static_cast<std::int32_t>(0xffff0000u);
    const auto pairs = reinterpret<std::int32_t>(words);
    return {reinterpret<float>(int_lanes<N>{pairs.v << 16}), reinterpret<float>(int_lanes<N>{pairs.v & upper})};
}
// Two rows of 2 N bf16 as 2 N words, an element of `a` below the same of `b`: in their order, or of each eight the
// first four in the first vector, which takes cheaper instructions.
enum class words_lie { in_order, in_fours };
template <words_lie How, int N, int... I>
FOVEA_HOST_DEVICE two_vectors<N> interleaved(real_lanes<N> a, real_lanes<N> b, std::integer_sequence<int, I...>) {
    using halves = typename lanes<std::uint16_t, 2 * N>::native;
    constexpr auto from = [](int i, int second) {
        const int element = How == words_lie::in_order ? N * second + i / 2 : i / 8 * 8 + 4 * second + i % 8 / 2;
        return element + i % 2 * 2 * N;
    };
    const auto x = __builtin_bit_cast(halves, a.v), y = __builtin_bit_cast(halves, b.v);
#if defined(__CUDACC__) // nvcc cannot expand a pack in the arguments of a builtin
    halves first, second;
    ((first[I] = from(I, 0) < 2 * N ? x[from(I, 0) % (2 * N)] : y[from(I, 0) % (2 * N)]), ...);
    ((second[I] = from(I, 1) < 2 * N ? x[from(I, 1) % (2 * N)] : y[from(I, 1) % (2 * N)]), ...);
#else
    const halves first = __builtin_shufflevector(x, y, from(I, 0)...);
    const halves second = __builtin_shufflevector(x, y, from(I, 1)...);
#endif
    using reals = typename real_lanes<N>::native;
    return {{__builtin_bit_cast(reals, first)}, {__builtin_bit_cast(reals, second)}};
}

// N floats to any storage format, rounded to nearest even.
template <int N> FOVEA_HOST_DEVICE void store_as(float* p, real_lanes<N> x) { store(p, x); }
template <int N> FOVEA_HOST_DEVICE void store_as(bf16* p, real_lanes<N> x) {
    using halves = typename lanes<std::uint16_t, N>::native;
    using words = typename lanes<std::uint32_t, N>::native;
    const words upper = __builtin_bit_cast(words, bf16_in_upper_half(x).v) >> 16;
    const halves h = __builtin_convertvector(upper, halves);
    std::memcpy(p, &h, sizeof h);
}
template <int N> FOVEA_HOST_DEVICE void store_as(fp16* p, real_lanes<N> x) {
#if defined(__F16C__)
    if constexpr (N == 8) {
        const auto h = __builtin_ia32_vcvtps2ph256(x.v, 0);
        std::memcpy(p, &h, sizeof h);
        return;
    }
#endif
    for (int i = 0; i < N; ++i) p[i] = fp16(x.v[i]);
}

} // namespace v0_1
} // namespace fovea
