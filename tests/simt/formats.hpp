// The element formats of matrix products: how a 32-bit word splits into numbers, and what they are summed in.
//
//     float x[2]; words_of<fp16>::split(word, x);
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "fovea/base/integers.hpp"
#include "fovea/dtype/formats.hpp"
#include "fovea/machine/matrix_formats.hpp"

namespace fovea::simt {

// Branchless, so that a loop over it becomes vector code: the exponent moved by a product, which also makes denormals.
inline float fp16_number(word bits) {
    const word magnitude = bits & 0x7fffu, sign = (bits & 0x8000u) << 16;
    const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
    const word special = magnitude >= 0x7c00u ? 0x7f800000u : 0u;
    return std::bit_cast<float>(std::bit_cast<word>(scaled) | special | sign);
}
inline float bf16_number(word bits) { return std::bit_cast<float>(bits << 16); }

inline float fp8_e5m2_number(word bits) { return fp16_number((bits & 0xffu) << 8); }
inline float fp8_e4m3_number(word bits) {
    const word magnitude = bits & 0x7fu, sign = (bits & 0x80u) << 24;
    if (magnitude == 0x7fu) return std::numeric_limits<float>::quiet_NaN();
    const float scaled = std::bit_cast<float>(magnitude << 20) * 0x1p120f;
    return std::bit_cast<float>(std::bit_cast<word>(scaled) | sign);
}

// Products are exact in `product`; the sum of a row is taken in it too and rounded once.
template <class Format> struct words_of;

template <> struct words_of<fp16> {
    static constexpr int numbers = 2;
    using number = float;
    using product = double;
    static void split(word w, float* to) {
        to[0] = fp16_number(w & 0xffffu);
        to[1] = fp16_number(w >> 16);
    }
};
template <> struct words_of<bf16> {
    static constexpr int numbers = 2;
    using number = float;
    using product = double;
    static void split(word w, float* to) {
        to[0] = bf16_number(w & 0xffffu);
        to[1] = bf16_number(w >> 16);
    }
};
template <> struct words_of<tf32> {
    static constexpr int numbers = 1;
    using number = float;
    using product = double;
    static void split(word w, float* to) { to[0] = std::bit_cast<float>(w & 0xffffe000u); }
};
template <> struct words_of<fp8_e4m3> {
    static constexpr int numbers = 4;
    using number = float;
    using product = double;
    static void split(word w, float* to) {
        for (int i = 0; i < 4; ++i) to[i] = fp8_e4m3_number(w >> (8 * i));
    }
};
template <> struct words_of<fp8_e5m2> {
    static constexpr int numbers = 4;
    using number = float;
    using product = double;
    static void split(word w, float* to) {
        for (int i = 0; i < 4; ++i) to[i] = fp8_e5m2_number(w >> (8 * i));
    }
};
template <> struct words_of<std::int8_t> {
    static constexpr int numbers = 4;
    using number = std::int32_t;
    using product = std::int32_t;
    static void split(word w, std::int32_t* to) {
        for (int i = 0; i < 4; ++i) to[i] = static_cast<std::int8_t>(w >> (8 * i) & 0xffu);
    }
};

// A NaN is the canonical one, as the hardware's conversions write it.
inline word fp16_word(float x) { return x != x ? 0x7fffu : fp16_bits(x); }
inline word bf16_word(float x) { return x != x ? 0x7fffu : bf16_bits(x); }

// cvt.rna: the ten low bits of the significand that stay are rounded to nearest, ties away from zero.
inline word tf32_word(float x) {
    if (x != x) return 0x7fffffffu;
    const word bits = std::bit_cast<word>(x);
    return std::isinf(x) ? bits : (bits + 0x1000u) & 0xffffe000u;
}

// Denormal results are zero, as of the hardware's approximations with .ftz.
inline float flushed(float x) { return std::fabs(x) < 0x1p-126f ? std::copysign(0.0f, x) : x; }

} // namespace fovea::simt
