// Integer helpers: sizes and positions are 64-bit everywhere outside a tile.
//
//     fovea::ceil_div(300, 96) == 4;   fovea::round_up(300, 96) == 384
#pragma once
#include <cstdint>
#include <limits>
#include <type_traits>

#include "fovea/base/config.hpp"

namespace fovea::inline v0_1 {

// A position, an extent, a stride.
using index = std::int64_t;
using word = std::uint32_t; // 32 bits without a meaning: packed elements, addresses of shared memory

inline constexpr index index_min = std::numeric_limits<index>::min();
inline constexpr index index_max = std::numeric_limits<index>::max();

template <class T> FOVEA_HOST_DEVICE constexpr T ceil_div(T a, T b) { return (a + b - 1) / b; }
template <class T> FOVEA_HOST_DEVICE constexpr T round_up(T a, T b) { return ceil_div(a, b) * b; }
template <class T> FOVEA_HOST_DEVICE constexpr T least(T a, T b) { return b < a ? b : a; }
template <class T> FOVEA_HOST_DEVICE constexpr T greatest(T a, T b) { return a < b ? b : a; }

// A number of any integer type as an index: one beyond 64 bits with a sign, such as SIZE_MAX, is the greatest.
template <class T> FOVEA_HOST_DEVICE constexpr index saturated(T x) {
    if constexpr (std::is_unsigned_v<T> && sizeof(T) >= sizeof(index))
        return x > static_cast<T>(index_max) ? index_max : static_cast<index>(x);
    else return static_cast<index>(x);
}

// Sums, differences and products as expressions mean them: they wrap around, as the lanes of every machine do.
FOVEA_HOST_DEVICE constexpr index wrapped(std::uint64_t x) { return static_cast<index>(x); }
FOVEA_HOST_DEVICE constexpr std::uint64_t unwrapped(index x) { return static_cast<std::uint64_t>(x); }
FOVEA_HOST_DEVICE constexpr index wrapped_sum(index a, index b) { return wrapped(unwrapped(a) + unwrapped(b)); }
FOVEA_HOST_DEVICE constexpr index wrapped_difference(index a, index b) { return wrapped(unwrapped(a) - unwrapped(b)); }
FOVEA_HOST_DEVICE constexpr index wrapped_product(index a, index b) { return wrapped(unwrapped(a) * unwrapped(b)); }

// Divisions: x / 0 is 0 and x % 0 is x. `k_pos != 0 && q_pos % k_pos == 0` evaluates both. The least number by -1 is
// itself.
FOVEA_HOST_DEVICE constexpr index quotient(index a, index b) {
    return b == 0 ? 0 : b == -1 ? wrapped_difference(0, a) : a / b;
}
FOVEA_HOST_DEVICE constexpr index rest(index a, index b) { return b == 0 ? a : b == -1 ? 0 : a % b; }

// Shifts by fewer than no bits or by more than 63: nothing of a number is left but its sign to the right.
FOVEA_HOST_DEVICE constexpr index shifted_left(index a, index n) { return n < 0 || n > 63 ? 0 : a << n; }
FOVEA_HOST_DEVICE constexpr index shifted_right(index a, index n) { return a >> (n < 0 || n > 63 ? 63 : n); }

// Sums, differences and products of positions that stay at the ends of the 64-bit range instead of wrapping.
FOVEA_HOST_DEVICE constexpr index add_saturated(index a, index b) {
    if (b > 0 && a > index_max - b) return index_max;
    if (b < 0 && a < index_min - b) return index_min;
    return a + b;
}
FOVEA_HOST_DEVICE constexpr index negate_saturated(index a) { return a == index_min ? index_max : -a; }
FOVEA_HOST_DEVICE constexpr index subtract_saturated(index a, index b) {
    return b == index_min ? (a < 0 ? a - index_min : index_max) : add_saturated(a, -b);
}
FOVEA_HOST_DEVICE constexpr index multiply_saturated(index a, index b) {
    if (a == 0 || b == 0) return 0;
    const bool negative = (a < 0) != (b < 0);
    if (a == index_min || b == index_min) return negative ? index_min : index_max;
    const index magnitude_a = a < 0 ? -a : a, magnitude_b = b < 0 ? -b : b;
    if (magnitude_a > index_max / magnitude_b) return negative ? index_min : index_max;
    return a * b;
}

// The offset at which base + offset meets b, held inside 32 bits, where it still compares with every offset as it
// should. The base stays within 2^61 of 0, b need not.
FOVEA_HOST_DEVICE constexpr std::int32_t offset_at(index b, index base) {
    constexpr std::int32_t end = 0x7fffffff;
#if defined(__CUDACC__) // the fewest instructions of a kernel; g++ works such a chain out in vectors
    constexpr index most = index{1} << 62;
    const index apart = least(greatest(b, -most), most) - base;
    return static_cast<std::int32_t>(least(greatest(apart, index{-end}), index{end}));
#else
    const index apart = wrapped_difference(b, base);
    const auto near = static_cast<std::int32_t>(apart);
    return near == apart ? near : b < base ? -end : end;
#endif
}

} // namespace fovea::inline v0_1
