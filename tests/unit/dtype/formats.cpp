// The 16-bit formats: every bit pattern converts to float and back, and rounding is to nearest, ties to even.
#include <bit>
#include <cmath>
#include <cstdint>
#include <fovea/dtype/formats.hpp>
#include <limits>

#include "support/catch.hpp"

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
