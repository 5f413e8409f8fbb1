// A number to divide by, made by the host: on a GPU a quotient is a multiplication and a shift then, where it would be
// some twenty instructions with two conversions to float and a reciprocal, one waiting for the other.
//
//     const divisor by = divisor_of(12);      n / by, n % by      // 0 <= n < 2^31
//
// With 2^shift >= 2^31 by and multiplier = ceil(2^shift / by), n multiplier exceeds n 2^shift / by by less than n,
// which is less than 2^shift / by: the quotient is exact.
#pragma once
#include "fovea/base/integers.hpp"

namespace fovea::inline v0_1::sm80 {

struct divisor {
    word by, multiplier;
    std::int32_t shift;

    FOVEA_HOST_DEVICE constexpr operator index() const { return by; }
    FOVEA_HOST_DEVICE friend constexpr word operator/(word n, divisor d) {
        return static_cast<word>(std::uint64_t{n} * d.multiplier >> d.shift);
    }
    FOVEA_HOST_DEVICE friend constexpr word operator%(word n, divisor d) { return n - n / d * d.by; }
    FOVEA_HOST_DEVICE friend constexpr index operator/(index n, divisor d) { return static_cast<word>(n) / d; }
    FOVEA_HOST_DEVICE friend constexpr index operator%(index n, divisor d) { return static_cast<word>(n) % d; }
};

// 1 <= by < 2^31; the nearest of these for numbers of a call that is refused for them.
[[gnu::visibility("hidden")]] constexpr divisor divisor_of(index by) {
    divisor d{static_cast<word>(least(greatest(by, index{1}), index{0x7fffffff})), 0, 31};
    while (word{1} << (d.shift - 31) < d.by) ++d.shift;
    d.multiplier = static_cast<word>(((std::uint64_t{1} << d.shift) + d.by - 1) / d.by);
    return d;
}

} // namespace fovea::inline v0_1::sm80
