// A position in a tile: a 64-bit base known at run time, and an offset that is a constant of an unrolled loop.
//
//     position key{tile_begin, 8 * j};   bool keep = key - query < 128;      // one 32-bit compare with a constant
//
// Sums and differences stay in this form and everything else is computed as 64-bit integers, which a position
// converts to. What position_lanes is for vectors.
#pragma once
#include "fovea/base/interval.hpp"

namespace fovea::inline v0_1 {

struct position {
    index base;
    std::int32_t offset = 0;
    FOVEA_HOST_DEVICE constexpr operator index() const { return base + offset; }
};

FOVEA_HOST_DEVICE constexpr float as_real(position a) {
    return static_cast<float>(a.offset) + static_cast<float>(a.base);
}

// The offset at which a position meets b, held inside 32 bits, where it still compares with every offset as it should.
// Bases stay within 2^61 of 0 (the sm_80 engine refuses others), numbers need not.
FOVEA_HOST_DEVICE constexpr std::int32_t offset_at(index b, index base) {
    constexpr index far = index{1} << 62;
    return clamp_to_int((b > far ? far : b < -far ? -far : b) - base);
}

// clang-format off
FOVEA_HOST_DEVICE constexpr position operator+(position a, index b) { return {a.base + b, a.offset}; }
FOVEA_HOST_DEVICE constexpr position operator+(index a, position b) { return {a + b.base, b.offset}; }
FOVEA_HOST_DEVICE constexpr position operator-(position a, index b) { return {a.base - b, a.offset}; }
FOVEA_HOST_DEVICE constexpr position operator-(index a, position b) { return {a - b.base, -b.offset}; }
FOVEA_HOST_DEVICE constexpr position operator-(position a) { return {-a.base, -a.offset}; }
FOVEA_HOST_DEVICE constexpr position operator+(position a, position b) { return {a.base + b.base, a.offset + b.offset}; }
FOVEA_HOST_DEVICE constexpr position operator-(position a, position b) { return {a.base - b.base, a.offset - b.offset}; }

FOVEA_HOST_DEVICE constexpr bool operator<(position a, index b) { return a.offset < offset_at(b, a.base); }
FOVEA_HOST_DEVICE constexpr bool operator<=(position a, index b) { return a.offset <= offset_at(b, a.base); }
FOVEA_HOST_DEVICE constexpr bool operator>(position a, index b) { return a.offset > offset_at(b, a.base); }
FOVEA_HOST_DEVICE constexpr bool operator>=(position a, index b) { return a.offset >= offset_at(b, a.base); }
FOVEA_HOST_DEVICE constexpr bool operator==(position a, index b) { return a.offset == offset_at(b, a.base); }
FOVEA_HOST_DEVICE constexpr bool operator!=(position a, index b) { return a.offset != offset_at(b, a.base); }
FOVEA_HOST_DEVICE constexpr bool operator<(index a, position b) { return b > a; }
FOVEA_HOST_DEVICE constexpr bool operator<=(index a, position b) { return b >= a; }
FOVEA_HOST_DEVICE constexpr bool operator>(index a, position b) { return b < a; }
FOVEA_HOST_DEVICE constexpr bool operator>=(index a, position b) { return b <= a; }
FOVEA_HOST_DEVICE constexpr bool operator<(position a, position b) { return a - b < index{0}; }
FOVEA_HOST_DEVICE constexpr bool operator<=(position a, position b) { return a - b <= index{0}; }
FOVEA_HOST_DEVICE constexpr bool operator>(position a, position b) { return a - b > index{0}; }
FOVEA_HOST_DEVICE constexpr bool operator>=(position a, position b) { return a - b >= index{0}; }
FOVEA_HOST_DEVICE constexpr bool operator==(position a, position b) { return a - b == index{0}; }
FOVEA_HOST_DEVICE constexpr bool operator!=(position a, position b) { return a - b != index{0}; }
// clang-format on

// As a plain number, for users' functors.
template <class T> FOVEA_HOST_DEVICE constexpr auto plain(T x) {
    if constexpr (std::is_same_v<T, position>) return static_cast<index>(x);
    else return x;
}

} // namespace fovea::inline v0_1
