// Elements of the storage formats and the floats that they stand for, N at once.
//
//     auto x = fovea::load_as_real<8>(fp16_pointer);     fovea::store_as(bf16_pointer, x);
//     auto both = fovea::halves_of(fovea::repeat_words<8, 2>(bf16_pointer));
#pragma once
#include <utility>

#include "fovea/base/array.hpp"
#include "fovea/dtype/formats.hpp"
#include "fovea/machine/simd/lane_mask.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

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

// Whether an instruction converts N halves.
#if defined(__F16C__) && defined(__AVX512F__)
template <int N> inline constexpr bool converts_fp16 = N == 8 || N == 16;
#elif defined(__F16C__)
template <int N> inline constexpr bool converts_fp16 = N == 8;
#elif defined(__aarch64__)
template <int N> inline constexpr bool converts_fp16 = N == 4;
#else
template <int N> inline constexpr bool converts_fp16 = false;
#endif
// The halves of N / 2 words as floats.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> fp16_as_reals(real_lanes<N / 2> words) {
#if defined(__F16C__)
    typedef short eight_halves __attribute__((vector_size(16)));
    if constexpr (N == 8) return {__builtin_ia32_vcvtph2ps256(__builtin_bit_cast(eight_halves, words.v))};
#endif
#if defined(__AVX512F__)
    typedef short sixteen_halves __attribute__((vector_size(32)));
    const typename real_lanes<16>::native zero = {};
    if constexpr (N == 16)
        return {__builtin_ia32_vcvtph2ps512_mask(__builtin_bit_cast(sixteen_halves, words.v), zero, every_lane, 4)};
#endif
#if defined(__aarch64__)
    if constexpr (N == 4) {
        real_lanes<4> x;
        asm("fcvtl %0.4s, %1.4h" : "=w"(x.v) : "w"(words.v));
        return x;
    }
#endif
    // The exponent moves by 112; below the normal ones 2^-14 is added as a bit and taken away as a number, which no
    // processor that takes denormal operands for 0 sees.
    using reals = typename real_lanes<N>::native;
    using ints = typename lanes<std::uint32_t, N>::native;
    const auto halves = __builtin_bit_cast(typename lanes<std::uint16_t, N>::native, words.v);
    const ints h = __builtin_convertvector(halves, ints), magnitude = (h & 0x7fffu) << 13;
    const reals raised = __builtin_bit_cast(reals, magnitude + (113u << 23)) - 0x1p-14f;
    const ints normal = magnitude + (112u << 23), infinite = magnitude | 0x7f800000u;
    const ints finite = magnitude < (1u << 23) ? __builtin_bit_cast(ints, raised) : normal;
    const ints positive = magnitude < (31u << 23) ? finite : infinite;
    return {__builtin_bit_cast(reals, positive | (h & 0x8000u) << 16)};
}
template <int N> FOVEA_HOST_DEVICE real_lanes<N> load_as_real(fp16 const* p) {
    real_lanes<N / 2> words;
    std::memcpy(&words, p, sizeof words);
    return fp16_as_reals<N>(words);
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
#if defined(__AVX512F__)
    if constexpr (N == 16) {
        typedef short sixteen_halves __attribute__((vector_size(32)));
        const auto h = __builtin_ia32_vcvtps2ph512_mask(x.v, 0, sixteen_halves{}, every_lane);
        std::memcpy(p, &h, sizeof h);
        return;
    }
#endif
#if defined(__aarch64__)
    if constexpr (N == 4) {
        real_lanes<2> h;
        asm("fcvtn %0.4h, %1.4s" : "=w"(h.v) : "w"(x.v));
        std::memcpy(p, &h, sizeof h);
        return;
    }
#endif
    for (int i = 0; i < N; ++i) p[i] = fp16(x.v[i]);
}

} // namespace v0_1
} // namespace fovea
