// The 16-bit storage formats: bf16 (8 exponent bits, 8 significant) and fp16 (IEEE binary16). Arithmetic is in float.
//
//     fovea::bf16 x{1.5f};   float y = x;
#pragma once
#include <cstdint>
#include <type_traits>

#include "fovea/base/config.hpp"

namespace fovea::inline v0_1 {

// Round to nearest, ties to even; NaN stays NaN.
FOVEA_HOST_DEVICE constexpr std::uint16_t bf16_bits(float x) {
    const auto u = __builtin_bit_cast(std::uint32_t, x);
    if ((u & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((u >> 16) | 0x40u);
    return static_cast<std::uint16_t>((u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
}

FOVEA_HOST_DEVICE constexpr std::uint16_t fp16_bits(float x) {
    const auto u = __builtin_bit_cast(std::uint32_t, x);
    const std::uint32_t sign = (u >> 16) & 0x8000u, magnitude = u & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u);
    if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u); // 65520 and more round to infinity
    if (magnitude < 0x38800000u) { // below 2^-14: a multiple of 2^-24, rounded by the float adder
        const float scaled = __builtin_bit_cast(float, magnitude) + 0.5f; // ulp of 0.5 is 2^-24
        return static_cast<std::uint16_t>(sign | (__builtin_bit_cast(std::uint32_t, scaled) - 0x3f000000u));
    }
    const std::uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
    return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

FOVEA_HOST_DEVICE constexpr float fp16_value(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000u) << 16, magnitude = bits & 0x7fffu;
    if (magnitude >= 0x7c00u) return __builtin_bit_cast(float, sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
    if (magnitude >= 0x400u) return __builtin_bit_cast(float, sign | ((magnitude << 13) + 0x38000000u));
    const float tiny = static_cast<float>(magnitude) * 0x1p-24f;
    return sign ? -tiny : tiny;
}

struct bf16 {
    std::uint16_t bits;
    bf16() = default;
    FOVEA_HOST_DEVICE constexpr explicit bf16(float x) : bits(bf16_bits(x)) {}
    FOVEA_HOST_DEVICE constexpr operator float() const {
        return __builtin_bit_cast(float, static_cast<std::uint32_t>(bits) << 16);
    }
};

struct fp16 {
    std::uint16_t bits;
    fp16() = default;
    FOVEA_HOST_DEVICE constexpr explicit fp16(float x) : bits(fp16_bits(x)) {}
    FOVEA_HOST_DEVICE constexpr operator float() const { return fp16_value(bits); }
};

static_assert(sizeof(bf16) == 2 && sizeof(fp16) == 2 && std::is_trivially_copyable_v<bf16>);

// The element types of operands and results.
template <class T>
inline constexpr bool is_element = std::is_same_v<T, float> || std::is_same_v<T, bf16> || std::is_same_v<T, fp16>;
template <class T> inline constexpr char const* element_name = "?";
template <> inline constexpr char const* element_name<float> = "fp32";
template <> inline constexpr char const* element_name<bf16> = "bf16";
template <> inline constexpr char const* element_name<fp16> = "fp16";

} // namespace fovea::inline v0_1
