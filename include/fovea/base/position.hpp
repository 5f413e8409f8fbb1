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
    FOVEA_HOST_DEVICE constexpr operator index() const { return wrapped_sum(base, offset); }
};

FOVEA_HOST_DEVICE constexpr float as_real(position a) {
    return static_cast<float>(a.offset) + static_cast<float>(a.base);
}

// Bases that are compared stay within 2^61 of 0: the sm_80 engine refuses others.
// clang-format off
FOVEA_HOST_DEVICE constexpr position operator+(position a, index b) { return {wrapped_sum(a.base, b), a.offset}; }
FOVEA_HOST_DEVICE constexpr position operator+(index a, position b) { return {wrapped_sum(a, b.base), b.offset}; }
FOVEA_HOST_DEVICE constexpr position operator-(position a, index b) { return {wrapped_difference(a.base, b), a.offset}; }
FOVEA_HOST_DEVICE constexpr position operator-(index a, position b) { return {wrapped_difference(a, b.base), -b.offset}; }
FOVEA_HOST_DEVICE constexpr position operator-(position a) { return {wrapped_difference(0, a.base), -a.offset}; }
FOVEA_HOST_DEVICE constexpr position operator+(position a, position b) { return {wrapped_sum(a.base, b.base), a.offset + b.offset}; }
FOVEA_HOST_DEVICE constexpr position operator-(position a, position b) { return {wrapped_difference(a.base, b.base), a.offset - b.offset}; }

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

// nearest(a, n): a moved into [0, n). Offsets are at most 2^20, also of the result.
FOVEA_HOST_DEVICE constexpr position nearest(position a, index n) {
    constexpr index most = index{1} << 20;
    const index base = least(greatest(a.base, -most), n - 1 + most);
    const auto lo = static_cast<std::int32_t>(greatest(-base, -most)),
               hi = static_cast<std::int32_t>(least(n - 1 - base, most));
    return {base, least(greatest(a.offset, lo), hi)};
}

// Whether (base + offset) % n == b, of one base and many offsets: no division an offset.
class remainder_test {
    static constexpr std::int32_t reach = 4096; // of offsets; beyond, a division it is
    static constexpr std::uint64_t large = 1u << 14;

public:
    // A divisor that leaves every number as it is in place of 0: x % 0 is x.
    FOVEA_HOST_DEVICE static constexpr index divisor(index n) { return n == 0 ? index_min : n; }
    // a: with the base; its offset does not matter. n: not 0.
    FOVEA_HOST_DEVICE constexpr remainder_test(position a, index n, index b) : n_(n), b_(b) {
        const std::uint64_t size = magnitude(n);
        const std::uint64_t base = above(magnitude(a.base) % size, a.base, size), to = above(magnitude(b), b, size);
        // (base + offset) - b is to be a multiple; of a large number there are two within reach at most, for which
        // those of `large` then stand
        std::uint64_t past = base >= to ? base - to : base + (size - to);
        if (size > large) past = past <= reach ? past : size - past <= reach ? large - (size - past) : large / 2;
        const word held = static_cast<word>(size > large ? large : size);
        most_ = 0xffffffffu / held;
        const word below = static_cast<word>(std::uint64_t{most_} * reach >> 32) + 2; // times n: more than reach
        first_ = static_cast<word>(past) + below * held;
        // and b smaller than n, and of the sign of the dividend, which 0 has in any case
        lo_ = magnitude(b) >= size ? reach : b > 0 ? offset_at(0, a.base) : -reach - 1;
        hi_ = b < 0 ? offset_at(0, a.base) : reach + 1;
    }
    // x is a multiple of n exactly if x (m + 1) modulo 2^32 is at most m, m = 2^32 / n, as long as (x + n) n < 2^32.
    // Source: Faster Remainder by Direct Computation (2019), section 3.2.
    FOVEA_HOST_DEVICE constexpr bool operator()(position a) const {
        if (a.offset < -reach || a.offset > reach) return static_cast<index>(a) % n_ == b_;
        const bool multiple = first_ * (most_ + 1) + static_cast<word>(a.offset) * (most_ + 1) <= most_;
        const bool above = a.offset > lo_, below = a.offset < hi_;
        return multiple & (b_ == 0 || (above & below));
    }

private:
    FOVEA_HOST_DEVICE static constexpr std::uint64_t magnitude(index x) {
        return x < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
    }
    // x modulo size, x being the magnitude of a number smaller than size.
    FOVEA_HOST_DEVICE static constexpr std::uint64_t above(std::uint64_t x, index number, std::uint64_t size) {
        return number < 0 && x != 0 ? size - x : x;
    }

    index n_, b_;
    word most_ = 0, first_ = 0;
    std::int32_t lo_ = 0, hi_ = 0;
};

// a % n, not worked out yet: what it is compared with may need no division.
struct position_remainder {
    position a;
    index n;
    FOVEA_HOST_DEVICE constexpr operator index() const { return rest(static_cast<index>(a), n); }
};
FOVEA_HOST_DEVICE constexpr position_remainder operator%(position a, index n) { return {a, n}; }

// As a plain number, for users' functors.
template <class T> FOVEA_HOST_DEVICE constexpr auto plain(T x) {
    if constexpr (std::is_class_v<T>) return static_cast<index>(x);
    else return x;
}

} // namespace fovea::inline v0_1
