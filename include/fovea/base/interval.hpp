// Closed intervals [lo, hi] of integers or reals, with the arithmetic that the interval reading of expressions needs.
//
//     (fovea::interval<fovea::index>{0, 127} - fovea::interval<fovea::index>{128, 255}) == {-255, -1}
//
// Law: for every x in a and y in b, x op y is in a op b. Wider is allowed and costs time; narrower is a defect.
// Integers that reach an end of the 64-bit range may have wrapped around: any position. Reals follow IEEE and widen to
// [-inf, +inf] on NaN, and only that interval holds NaN: no function narrows it, no comparison with it must be true.
#pragma once
#include <cstdint>
#include <limits>
#include <type_traits>

#include "fovea/base/coverage.hpp"
#include "fovea/base/integers.hpp"

namespace fovea::inline v0_1 {

template <class T> struct interval {
    T lo, hi;
};

template <class T> inline constexpr bool is_interval = false;
template <class T> inline constexpr bool is_interval<interval<T>> = true;

using index_range = interval<index>;
using bounds = interval<float>;

inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr index_range any_position{index_min, index_max};
inline constexpr bounds any_score{-infinity, infinity};

FOVEA_HOST_DEVICE constexpr index_range as_interval(index a) { return {a, a}; }
FOVEA_HOST_DEVICE constexpr bounds as_interval(float a) { return a == a ? bounds{a, a} : any_score; }
template <class T> FOVEA_HOST_DEVICE constexpr interval<T> as_interval(interval<T> a) { return a; }

// as_real(x): a position or an integer as a real number, in every reading: what a functor of the user's says where
// static_cast<float> would not do. Lanes have one of their own.
template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
FOVEA_HOST_DEVICE constexpr float as_real(T a) {
    return static_cast<float>(a);
}
FOVEA_HOST_DEVICE constexpr float as_real(float a) { return a; }
FOVEA_HOST_DEVICE constexpr double as_real(double a) { return a; }
// Two float roundings are allowed for on either side: lanes convert a base and an offset.
FOVEA_HOST_DEVICE constexpr bounds as_real(index_range a) {
    const float lo = static_cast<float>(a.lo), hi = static_cast<float>(a.hi);
    const float margin = 1.2e-7f;
    return {lo - margin * (lo < 0 ? -lo : lo), hi + margin * (hi < 0 ? -hi : hi)};
}
FOVEA_HOST_DEVICE constexpr bounds as_real(bounds a) { return a; }

// Whether x holds NaN too, of which no comparison is true.
FOVEA_HOST_DEVICE constexpr bool may_be_nan(bounds a) { return a.lo == -infinity && a.hi == infinity; }
FOVEA_HOST_DEVICE constexpr bool may_be_nan(index_range) { return false; }

FOVEA_HOST_DEVICE constexpr bounds checked(float lo, float hi) {
    return {lo == lo ? lo : -infinity, hi == hi ? hi : infinity};
}

// ---- integers ------------------------------------------------------------------------------------------------------
// Of ends that are held inside 64 bits.
FOVEA_HOST_DEVICE constexpr index_range unless_wrapped(index lo, index hi) {
    return lo == index_min || hi == index_max ? any_position : index_range{lo, hi};
}
FOVEA_HOST_DEVICE constexpr index_range operator+(index_range a, index_range b) {
    return unless_wrapped(add_saturated(a.lo, b.lo), add_saturated(a.hi, b.hi));
}
FOVEA_HOST_DEVICE constexpr index_range operator-(index_range a, index_range b) {
    return unless_wrapped(subtract_saturated(a.lo, b.hi), subtract_saturated(a.hi, b.lo));
}
FOVEA_HOST_DEVICE constexpr index_range operator-(index_range a) {
    return unless_wrapped(negate_saturated(a.hi), negate_saturated(a.lo));
}
FOVEA_HOST_DEVICE constexpr index_range hull(index a, index b, index c, index d) {
    return unless_wrapped(least(least(a, b), least(c, d)), greatest(greatest(a, b), greatest(c, d)));
}
FOVEA_HOST_DEVICE constexpr index_range operator*(index_range a, index_range b) {
    return hull(multiply_saturated(a.lo, b.lo), multiply_saturated(a.lo, b.hi), multiply_saturated(a.hi, b.lo),
                multiply_saturated(a.hi, b.hi));
}
// A divisor range that holds zero says nothing: the expression has no value there.
FOVEA_HOST_DEVICE constexpr index_range operator/(index_range a, index_range b) {
    if ((b.lo <= 0 && b.hi >= 0) || a.lo == index_min) return any_position;
    return hull(a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi);
}
// a % n with one known n: exact while the range does not step over a multiple of n, else all remainders of a's signs.
FOVEA_HOST_DEVICE constexpr index_range operator%(index_range a, index_range b) {
    if ((b.lo <= 0 && b.hi >= 0) || b.lo == index_min || a.lo == index_min) return any_position;
    const index n = greatest(b.lo < 0 ? -b.lo : b.lo, b.hi < 0 ? -b.hi : b.hi);
    if (b.lo == b.hi && (a.lo >= 0 || a.hi <= 0) && a.lo / n == a.hi / n) return {a.lo % n, a.hi % n};
    return {a.lo >= 0 ? 0 : greatest(1 - n, a.lo), a.hi <= 0 ? 0 : least(n - 1, a.hi)};
}
FOVEA_HOST_DEVICE constexpr index shift_left_saturated(index a, index n) {
    if (n >= 63) return a == 0 ? 0 : a < 0 ? index_min : index_max;
    return multiply_saturated(a, index{1} << n);
}
FOVEA_HOST_DEVICE constexpr index_range operator<<(index_range a, index_range b) {
    if (b.lo < 0 || b.hi > 63) return any_position;
    return hull(shift_left_saturated(a.lo, b.lo), shift_left_saturated(a.lo, b.hi), shift_left_saturated(a.hi, b.lo),
                shift_left_saturated(a.hi, b.hi));
}
FOVEA_HOST_DEVICE constexpr index_range operator>>(index_range a, index_range b) {
    if (b.lo < 0 || b.hi > 63) return any_position;
    return hull(a.lo >> b.lo, a.lo >> b.hi, a.hi >> b.lo, a.hi >> b.hi);
}
// The bits above the highest one in which two ends differ are common to all between them.
FOVEA_HOST_DEVICE constexpr index varying_bits(index_range a) {
    auto x = static_cast<std::uint64_t>(a.lo) ^ static_cast<std::uint64_t>(a.hi);
    for (int shift = 1; shift < 64; shift *= 2) x |= x >> shift;
    return static_cast<index>(x);
}
FOVEA_HOST_DEVICE constexpr index_range with_varying(index value, index varying) {
    return varying < 0 ? any_position : index_range{value & ~varying, value | varying};
}
// A bit that one operand fixes to 0 hides the other's in an and, one fixed to 1 in an or.
FOVEA_HOST_DEVICE constexpr index_range operator&(index_range a, index_range b) {
    const index from_a = varying_bits(a), from_b = varying_bits(b);
    const index varying = (from_a & (b.lo | from_b)) | (from_b & (a.lo | from_a));
    index_range common = with_varying(a.lo & b.lo, varying);
    if (a.lo >= 0 || b.lo >= 0) common.lo = greatest(common.lo, index{0});
    if (a.lo >= 0) common.hi = least(common.hi, a.hi);
    if (b.lo >= 0) common.hi = least(common.hi, b.hi);
    return common;
}
FOVEA_HOST_DEVICE constexpr index_range operator|(index_range a, index_range b) {
    const index from_a = varying_bits(a), from_b = varying_bits(b);
    const index varying = (from_a & (~b.lo | from_b)) | (from_b & (~a.lo | from_a));
    if (varying < 0) return any_position;
    index_range common = with_varying(a.lo | b.lo, varying);
    if (a.lo >= 0 && b.lo >= 0) common.lo = greatest(common.lo, greatest(a.lo, b.lo));
    return common;
}
FOVEA_HOST_DEVICE constexpr index_range operator^(index_range a, index_range b) {
    const index varying = varying_bits(a) | varying_bits(b);
    return varying < 0 ? any_position : with_varying(a.lo ^ b.lo, varying);
}
FOVEA_HOST_DEVICE constexpr index_range operator~(index_range a) { return {~a.hi, ~a.lo}; }

// ---- reals ---------------------------------------------------------------------------------------------------------
// Every real result is widened by a relative 1e-6, which covers the rounding of the readings that compute in another
// order.
FOVEA_HOST_DEVICE constexpr bounds widened(float lo, float hi) {
    const float margin = 1e-6f;
    return checked(lo - margin * (lo < 0 ? -lo : lo), hi + margin * (hi < 0 ? -hi : hi));
}
FOVEA_HOST_DEVICE constexpr bounds operator+(bounds a, bounds b) { return widened(a.lo + b.lo, a.hi + b.hi); }
FOVEA_HOST_DEVICE constexpr bounds operator-(bounds a, bounds b) { return widened(a.lo - b.hi, a.hi - b.lo); }
FOVEA_HOST_DEVICE constexpr bounds operator-(bounds a) { return {-a.hi, -a.lo}; }
FOVEA_HOST_DEVICE constexpr bool may_be_infinite(bounds a) { return a.lo == -infinity || a.hi == infinity; }
FOVEA_HOST_DEVICE constexpr bool may_be_zero(bounds a) { return a.lo <= 0 && a.hi >= 0; }
FOVEA_HOST_DEVICE constexpr bounds operator*(bounds a, bounds b) {
    if ((may_be_zero(a) && may_be_infinite(b)) || (may_be_infinite(a) && may_be_zero(b))) return any_score; // NaN
    const float p[4] = {a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi};
    return widened(least(least(p[0], p[1]), least(p[2], p[3])), greatest(greatest(p[0], p[1]), greatest(p[2], p[3])));
}
FOVEA_HOST_DEVICE constexpr bounds operator/(bounds a, bounds b) {
    if (may_be_zero(b)) return any_score;
    const bounds inverse = widened(1.f / b.hi, 1.f / b.lo);
    return a * inverse;
}

// ---- both ----------------------------------------------------------------------------------------------------------
template <class T> FOVEA_HOST_DEVICE constexpr truth operator<(interval<T> a, interval<T> b) {
    return {a.lo < b.hi, a.hi < b.lo};
}
template <class T> FOVEA_HOST_DEVICE constexpr truth operator<=(interval<T> a, interval<T> b) {
    return {a.lo <= b.hi, a.hi <= b.lo && !may_be_nan(a) && !may_be_nan(b)};
}
template <class T> FOVEA_HOST_DEVICE constexpr truth operator>(interval<T> a, interval<T> b) { return b < a; }
template <class T> FOVEA_HOST_DEVICE constexpr truth operator>=(interval<T> a, interval<T> b) { return b <= a; }
template <class T> FOVEA_HOST_DEVICE constexpr truth operator==(interval<T> a, interval<T> b) {
    return {a.lo <= b.hi && b.lo <= a.hi, a.lo == a.hi && b.lo == b.hi && a.lo == b.lo};
}
template <class T> FOVEA_HOST_DEVICE constexpr truth operator!=(interval<T> a, interval<T> b) { return !(a == b); }

// A NaN in `a` wins, one in `b` loses.
template <class T> FOVEA_HOST_DEVICE constexpr interval<T> min(interval<T> a, interval<T> b) {
    if (may_be_nan(a)) return a;
    return {least(a.lo, b.lo), least(a.hi, b.hi)};
}
template <class T> FOVEA_HOST_DEVICE constexpr interval<T> max(interval<T> a, interval<T> b) {
    if (may_be_nan(a)) return a;
    return {greatest(a.lo, b.lo), greatest(a.hi, b.hi)};
}
template <class T> FOVEA_HOST_DEVICE constexpr interval<T> abs(interval<T> a) {
    const interval<T> b = -a;
    if (a.lo >= 0 || may_be_nan(a)) return a;
    if constexpr (std::is_same_v<T, index>)
        if (a.lo == index_min) return any_position;
    if (a.hi <= 0) return b;
    return {T{}, greatest(a.hi, b.hi)};
}
template <class T> FOVEA_HOST_DEVICE constexpr interval<T> select(truth c, interval<T> a, interval<T> b) {
    if (c.must) return a;
    if (!c.may) return b;
    return {least(a.lo, b.lo), greatest(a.hi, b.hi)};
}

// A user's generic functor mixes its interval arguments with plain numbers: `q - k < 4`, `0.5f * (q - k)`.
template <class A, class B>
concept interval_with_number =
    (is_interval<A> && std::is_arithmetic_v<B>) || (std::is_arithmetic_v<A> && is_interval<B>) ||
    (is_interval<A> && is_interval<B> && !std::is_same_v<A, B>);

template <class T> inline constexpr bool is_real = std::is_floating_point_v<T> || std::is_same_v<T, bounds>;

// x as the kind of interval in which A and B can meet: reals if either is real.
template <class A, class B, class X> FOVEA_HOST_DEVICE constexpr auto met(X x) {
    if constexpr (is_interval<X>) {
        if constexpr (is_real<A> || is_real<B>) return as_real(x);
        else return x;
    } else if constexpr (is_real<A> || is_real<B>) return as_interval(static_cast<float>(x));
    else return as_interval(static_cast<index>(x));
}

// clang-format off
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto operator+(A a, B b) { return met<A, B>(a) + met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto operator-(A a, B b) { return met<A, B>(a) - met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto operator*(A a, B b) { return met<A, B>(a) * met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto operator/(A a, B b) { return met<A, B>(a) / met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto operator%(A a, B b) { return met<A, B>(a) % met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto operator&(A a, B b) { return met<A, B>(a) & met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto operator|(A a, B b) { return met<A, B>(a) | met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto operator^(A a, B b) { return met<A, B>(a) ^ met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto operator<<(A a, B b) { return met<A, B>(a) << met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto operator>>(A a, B b) { return met<A, B>(a) >> met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr truth operator<(A a, B b) { return met<A, B>(a) < met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr truth operator<=(A a, B b) { return met<A, B>(a) <= met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr truth operator>(A a, B b) { return met<A, B>(a) > met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr truth operator>=(A a, B b) { return met<A, B>(a) >= met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr truth operator==(A a, B b) { return met<A, B>(a) == met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr truth operator!=(A a, B b) { return met<A, B>(a) != met<A, B>(b); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto min(A a, B b) { return min(met<A, B>(a), met<A, B>(b)); }
template <class A, class B> requires interval_with_number<A, B> FOVEA_HOST_DEVICE constexpr auto max(A a, B b) { return max(met<A, B>(a), met<A, B>(b)); }
// clang-format on

} // namespace fovea::inline v0_1
