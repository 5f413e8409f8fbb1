// The 16-bit formats: every bit pattern converts to float and back, and rounding is to nearest, ties to even.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <fovea/dtype/formats.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/draws.hpp"

#if defined(__F16C__)
#include <immintrin.h>
#endif

namespace {

template <class T> T of_bits(std::uint32_t bits) {
    T x{};
    x.bits = static_cast<std::uint16_t>(bits);
    return x;
}

// The values that do not survive the way to float and back; a NaN need only stay a NaN.
template <class T> int changed() {
    int faults = 0;
    for (std::uint32_t bits = 0; bits < 0x10000u; ++bits) {
        const float value = of_bits<T>(bits);
        const T back{value};
        faults += std::isnan(value) ? !std::isnan(static_cast<float>(back)) : back.bits != bits;
    }
    return faults;
}

// For neighbours a < b: what lies between rounds to the nearer, and the middle to the one with an even last bit.
template <class T> int misrounded(std::uint32_t largest) {
    int faults = 0;
    for (std::uint32_t bits = 0; bits < largest; ++bits) {
        const float a = of_bits<T>(bits), b = of_bits<T>(bits + 1);
        const float middle = a + (b - a) / 2;
        faults += T{middle}.bits != bits + (bits & 1u);
        faults += T{std::nextafter(middle, a)}.bits != bits;
        faults += T{std::nextafter(middle, b)}.bits != bits + 1;
        faults += T{-std::nextafter(middle, b)}.bits != ((bits + 1) | 0x8000u);
    }
    return faults;
}

} // namespace

TEST_CASE("every 16-bit value survives the way to float and back", "[formats]") {
    CHECK(changed<fovea::bf16>() == 0);
    CHECK(changed<fovea::fp16>() == 0);
}

TEST_CASE("conversion to 16 bits rounds to nearest, ties to even", "[formats]") {
    CHECK(misrounded<fovea::bf16>(0x7f7fu) == 0);
    CHECK(misrounded<fovea::fp16>(0x7bffu) == 0);
}

TEST_CASE("known values of the 16-bit formats", "[formats]") {
    CHECK(static_cast<float>(of_bits<fovea::fp16>(0x3c00u)) == 1.f);
    CHECK(static_cast<float>(of_bits<fovea::fp16>(0x0001u)) == 0x1p-24f);
    CHECK(static_cast<float>(of_bits<fovea::fp16>(0x7bffu)) == 65504.f);
    CHECK(static_cast<float>(of_bits<fovea::bf16>(0x3f80u)) == 1.f);
    CHECK(fovea::fp16{65519.f}.bits == 0x7bffu);
    CHECK(fovea::fp16{65520.f}.bits == 0x7c00u);
    CHECK(fovea::fp16{-1e9f}.bits == 0xfc00u);
    CHECK(fovea::bf16{std::numeric_limits<float>::max()}.bits == 0x7f80u);
    CHECK(std::isnan(static_cast<float>(fovea::bf16{std::bit_cast<float>(0x7f800001u)})));
}

namespace {

// The nearest value of a format with `bits` significant bits and exponents from `least` on, ties to even, in double.
double nearest_value(double x, int bits, int least, double largest) {
    int exponent = 0;
    std::frexp(x, &exponent);
    const double unit = std::ldexp(1.0, std::max(exponent - bits, least - bits + 1));
    const double rounded = std::nearbyint(x / unit) * unit;
    return std::abs(rounded) > largest ? std::copysign(std::numeric_limits<double>::infinity(), x) : rounded;
}

float any_float(tests::draws& draw) { return std::bit_cast<float>(static_cast<std::uint32_t>(draw.bits())); }

} // namespace

TEST_CASE("rounding to 16 bits agrees with a model in double", "[formats]") {
    tests::draws draw{4};
    int faults = 0;
    for (int i = 0; i < 400000; ++i) {
        float x = any_float(draw);
        if (i % 2) x = draw.uniform(-1e5f, 1e5f) * std::ldexp(1.f, static_cast<int>(draw.between(-34, 0)));
        if (std::isnan(x)) continue;
        faults += static_cast<float>(fovea::fp16{x}) != static_cast<float>(nearest_value(x, 11, -14, 65504));
        const double largest = static_cast<double>(static_cast<float>(of_bits<fovea::bf16>(0x7f7fu)));
        faults += static_cast<float>(fovea::bf16{x}) != static_cast<float>(nearest_value(x, 8, -126, largest));
    }
    CHECK(faults == 0);
}

TEST_CASE("the conversions are constant expressions", "[formats]") {
    STATIC_REQUIRE(fovea::fp16{1.5f}.bits == 0x3e00u);
    STATIC_REQUIRE(static_cast<float>(fovea::fp16{0x1p-24f}) == 0x1p-24f);
    STATIC_REQUIRE(static_cast<float>(fovea::bf16{-2.f}) == -2.f);
}

#if defined(__F16C__)
TEST_CASE("fp16 agrees with the machine's own conversion", "[formats]") {
    tests::draws draw{5};
    int faults = 0;
    for (int i = 0; i < 400000; ++i) {
        const float x = i % 2 ? any_float(draw) : draw.uniform(-1e-4f, 1e-4f);
        const auto machine = static_cast<std::uint16_t>(_cvtss_sh(x, 0));
        faults += std::isnan(x) ? !std::isnan(static_cast<float>(fovea::fp16{x})) : fovea::fp16{x}.bits != machine;
    }
    CHECK(faults == 0);
}
#endif
