// Neighbouring positions in lanes: a 64-bit base that all share, and small offsets.
//
//     position_lanes<8> key{k0, iota<8>()};   auto keep = key - query < 128;      // one 32-bit compare
//
// Sums and differences stay in this form and wrap around 64 bits, lane by lane; anything else (products, quotients,
// remainders, shifts, bit operations) is computed in 64-bit lanes.
#pragma once
#include "fovea/machine/simd/hooks.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <int N> struct position_lanes {
    index base;
    int_lanes<N> offset;
};

template <class T> inline constexpr int lanes_of = 0; // 0: not lanes
template <class T, int N> inline constexpr int lanes_of<lanes<T, N>> = N;
template <int N> inline constexpr int lanes_of<position_lanes<N>> = N;
template <int N> inline constexpr int lanes_of<lane_mask<N>> = N;

template <int N> FOVEA_HOST_DEVICE real_lanes<N> as_real(wide_lanes<N> a) { return convert<float>(a); }
template <int N> FOVEA_HOST_DEVICE real_lanes<N> as_real(real_lanes<N> a) { return a; }

template <int N> FOVEA_HOST_DEVICE wide_lanes<N> widen(position_lanes<N> a) {
    return convert<index>(a.offset) + a.base;
}
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> widen(wide_lanes<N> a) { return a; }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> widen(index a) { return splat<N>(a); }

// Whether nothing beside this base, nor its distance to another such base, leaves 64 bits. Positions are that near to
// 0; a sum with a number need not be, and then its lanes wrap around one by one.
FOVEA_HOST_DEVICE constexpr bool is_moderate(index base) {
    constexpr index most = index{1} << 61;
    return base > -most && base < most;
}
template <int N> FOVEA_HOST_DEVICE real_lanes<N> as_real(position_lanes<N> a) {
    if (!is_moderate(a.base)) [[unlikely]]
        return as_real(widen(a));
    return convert<float>(a.offset) + static_cast<float>(a.base);
}

// ---- sums and differences ------------------------------------------------------------------------------------------
// clang-format off
template <int N> FOVEA_HOST_DEVICE position_lanes<N> operator+(position_lanes<N> a, index b) { return {wrapped_sum(a.base, b), a.offset}; }
template <int N> FOVEA_HOST_DEVICE position_lanes<N> operator+(index a, position_lanes<N> b) { return {wrapped_sum(a, b.base), b.offset}; }
template <int N> FOVEA_HOST_DEVICE position_lanes<N> operator-(position_lanes<N> a, index b) { return {wrapped_difference(a.base, b), a.offset}; }
template <int N> FOVEA_HOST_DEVICE position_lanes<N> operator-(index a, position_lanes<N> b) { return {wrapped_difference(a, b.base), -b.offset}; }
template <int N> FOVEA_HOST_DEVICE position_lanes<N> operator-(position_lanes<N> a) { return {wrapped_difference(0, a.base), -a.offset}; }
template <int N> FOVEA_HOST_DEVICE position_lanes<N> operator+(position_lanes<N> a, position_lanes<N> b) { return {wrapped_sum(a.base, b.base), a.offset + b.offset}; }
template <int N> FOVEA_HOST_DEVICE position_lanes<N> operator-(position_lanes<N> a, position_lanes<N> b) { return {wrapped_difference(a.base, b.base), a.offset - b.offset}; }
// clang-format on

// ---- comparisons: the bases meet on one side, as a 32-bit number ----------------------------------------------------
template <class Test, int N, class B> FOVEA_COLD lane_mask<N> compared_wide(position_lanes<N> a, B b) {
    return Test{}(widen(a), widen<N>(b));
}
template <class Test, int N> FOVEA_HOST_DEVICE lane_mask<N> compared(position_lanes<N> a, index b) {
    if (!is_moderate(a.base)) [[unlikely]]
        return compared_wide<Test>(a, b);
    return Test{}(a.offset, splat<N>(offset_at(b, a.base)));
}
template <class Test, int N> FOVEA_HOST_DEVICE lane_mask<N> compared(position_lanes<N> a, position_lanes<N> b) {
    if (!is_moderate(a.base) || !is_moderate(b.base)) [[unlikely]]
        return compared_wide<Test>(a, b);
    return Test{}(a.offset - b.offset, splat<N>(offset_at(b.base, a.base)));
}
// clang-format off
struct lanes_less { template <class X> FOVEA_HOST_DEVICE auto operator()(X a, X b) const { return a < b; } };
struct lanes_less_equal { template <class X> FOVEA_HOST_DEVICE auto operator()(X a, X b) const { return a <= b; } };
struct lanes_greater { template <class X> FOVEA_HOST_DEVICE auto operator()(X a, X b) const { return a > b; } };
struct lanes_greater_equal { template <class X> FOVEA_HOST_DEVICE auto operator()(X a, X b) const { return a >= b; } };
struct lanes_equal { template <class X> FOVEA_HOST_DEVICE auto operator()(X a, X b) const { return a == b; } };
struct lanes_not_equal { template <class X> FOVEA_HOST_DEVICE auto operator()(X a, X b) const { return a != b; } };
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator<(position_lanes<N> a, index b) { return compared<lanes_less>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator<=(position_lanes<N> a, index b) { return compared<lanes_less_equal>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator>(position_lanes<N> a, index b) { return compared<lanes_greater>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator>=(position_lanes<N> a, index b) { return compared<lanes_greater_equal>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator==(position_lanes<N> a, index b) { return compared<lanes_equal>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator!=(position_lanes<N> a, index b) { return compared<lanes_not_equal>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator<(index a, position_lanes<N> b) { return b > a; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator<=(index a, position_lanes<N> b) { return b >= a; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator>(index a, position_lanes<N> b) { return b < a; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator>=(index a, position_lanes<N> b) { return b <= a; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator==(index a, position_lanes<N> b) { return b == a; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator!=(index a, position_lanes<N> b) { return b != a; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator<(position_lanes<N> a, position_lanes<N> b) { return compared<lanes_less>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator<=(position_lanes<N> a, position_lanes<N> b) { return compared<lanes_less_equal>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator>(position_lanes<N> a, position_lanes<N> b) { return compared<lanes_greater>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator>=(position_lanes<N> a, position_lanes<N> b) { return compared<lanes_greater_equal>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator==(position_lanes<N> a, position_lanes<N> b) { return compared<lanes_equal>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator!=(position_lanes<N> a, position_lanes<N> b) { return compared<lanes_not_equal>(a, b); }
// clang-format on
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> abs(position_lanes<N> a) { return abs(widen(a)); }

// ---- 64-bit lanes ---------------------------------------------------------------------------------------------------
// Division by one number: a shift for powers of two and dividends without sign, else the quotient in double, which is
// exact below 2^52, else one lane at a time.
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> divide(wide_lanes<N> a, index n) {
    constexpr index exact = index{1} << 52;
    if (!any(a < splat<N>(index{0})) && n > 0 && (n & (n - 1)) == 0) {
        const index shift = __builtin_ctzll(static_cast<unsigned long long>(n));
        return {a.v >> shift};
    }
    if (n != 0 && n > -exact && n < exact && !any(a < splat<N>(-exact)) && !any(a > splat<N>(exact)))
        return convert<index>(convert<double>(a) / static_cast<double>(n));
    for (int i = 0; i < N; ++i) a.v[i] = quotient(a.v[i], n);
    return a;
}
// As base/integers.hpp has them: hardware takes some of the bits of n, each in its own way.
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> shifted_left(wide_lanes<N> a, wide_lanes<N> n) {
    const auto within = (n.v & ~index{63}) == 0;
    return {within ? a.v << (n.v & 63) : index{0}};
}
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> shifted_right(wide_lanes<N> a, wide_lanes<N> n) {
    const auto within = (n.v & ~index{63}) == 0;
    return {a.v >> (within ? n.v : index{63})};
}
// clang-format off
template <class T> inline constexpr bool is_integer_lanes = false;
template <int N> inline constexpr bool is_integer_lanes<position_lanes<N>> = true;
template <int N> inline constexpr bool is_integer_lanes<wide_lanes<N>> = true;
template <class A, class B> inline constexpr int common_lanes = lanes_of<A> ? lanes_of<A> : lanes_of<B>;
template <class A, class B>
concept integers_with_lanes = (is_integer_lanes<A> && (is_integer_lanes<B> || std::is_integral_v<B>)) ||
                              (std::is_integral_v<A> && is_integer_lanes<B>);
// Pairs whose sums and comparisons are not said above: one of them is in 64-bit lanes.
template <class A, class B>
concept wide_with_lanes = integers_with_lanes<A, B> && !std::is_same_v<A, B> &&
                          (std::is_same_v<A, wide_lanes<lanes_of<A>>> || std::is_same_v<B, wide_lanes<lanes_of<B>>>);
template <class A, class B, class X> FOVEA_HOST_DEVICE auto wide(X x) {
    if constexpr (std::is_integral_v<X>) return widen<common_lanes<A, B>>(static_cast<index>(x));
    else return widen(x);
}
template <class A, class B> requires wide_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator+(A a, B b) { return wide<A, B>(a) + wide<A, B>(b); }
template <class A, class B> requires wide_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator-(A a, B b) { return wide<A, B>(a) - wide<A, B>(b); }
template <class A, class B> requires wide_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator<(A a, B b) { return wide<A, B>(a) < wide<A, B>(b); }
template <class A, class B> requires wide_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator<=(A a, B b) { return wide<A, B>(a) <= wide<A, B>(b); }
template <class A, class B> requires wide_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator>(A a, B b) { return wide<A, B>(a) > wide<A, B>(b); }
template <class A, class B> requires wide_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator>=(A a, B b) { return wide<A, B>(a) >= wide<A, B>(b); }
template <class A, class B> requires wide_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator==(A a, B b) { return wide<A, B>(a) == wide<A, B>(b); }
template <class A, class B> requires wide_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator!=(A a, B b) { return wide<A, B>(a) != wide<A, B>(b); }
template <class A, class B> requires integers_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator*(A a, B b) { return wide<A, B>(a) * wide<A, B>(b); }
template <class A, class B> requires integers_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator&(A a, B b) { return decltype(wide<A, B>(a)){wide<A, B>(a).v & wide<A, B>(b).v}; }
template <class A, class B> requires integers_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator|(A a, B b) { return decltype(wide<A, B>(a)){wide<A, B>(a).v | wide<A, B>(b).v}; }
template <class A, class B> requires integers_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator^(A a, B b) { return decltype(wide<A, B>(a)){wide<A, B>(a).v ^ wide<A, B>(b).v}; }
template <class A, class B> requires integers_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator<<(A a, B b) { return shifted_left(wide<A, B>(a), wide<A, B>(b)); }
template <class A, class B> requires integers_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator>>(A a, B b) { return shifted_right(wide<A, B>(a), wide<A, B>(b)); }
template <class A> requires is_integer_lanes<A> FOVEA_HOST_DEVICE auto operator~(A a) { return wide_lanes<lanes_of<A>>{~widen(a).v}; }
template <class A, class B> requires integers_with_lanes<A, B> FOVEA_HOST_DEVICE auto min(A a, B b) { const auto x = wide<A, B>(a), y = wide<A, B>(b); return select(y < x, y, x); }
template <class A, class B> requires integers_with_lanes<A, B> FOVEA_HOST_DEVICE auto max(A a, B b) { const auto x = wide<A, B>(a), y = wide<A, B>(b); return select(x < y, y, x); }
// clang-format on
// Said of 64-bit lanes by themselves, or they would be divided as any lanes are, and trap where this has a value.
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator/(wide_lanes<N> a, wide_lanes<N> b) {
    for (int i = 0; i < N; ++i) a.v[i] = quotient(a.v[i], b.v[i]);
    return a;
}
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator/(wide_lanes<N> a, index b) { return divide(a, b); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator/(index a, wide_lanes<N> b) { return widen<N>(a) / b; }
template <class A, class B>
    requires integers_with_lanes<A, B>
FOVEA_HOST_DEVICE auto operator/(A a, B b) {
    if constexpr (std::is_integral_v<B>) return wide<A, B>(a) / static_cast<index>(b);
    else return wide<A, B>(a) / wide<A, B>(b);
}
template <class A, class B>
    requires integers_with_lanes<A, B>
FOVEA_HOST_DEVICE auto operator%(A a, B b) {
    const auto x = wide<A, B>(a);
    return decltype(x){x.v - ((a / b) * b).v};
}

// ---- mixed with reals: `0.5f * (q - k)` in a user's functor ---------------------------------------------------------
template <class A, class B>
concept real_with_lanes =
    (is_integer_lanes<A> && std::is_floating_point_v<B>) || (std::is_floating_point_v<A> && is_integer_lanes<B>) ||
    (is_integer_lanes<A> && std::is_same_v<B, real_lanes<lanes_of<B>>>) ||
    (std::is_same_v<A, real_lanes<lanes_of<A>>> && is_integer_lanes<B>);
template <class X> FOVEA_HOST_DEVICE auto real_of(X x) {
    if constexpr (std::is_arithmetic_v<X>) return static_cast<float>(x);
    else return as_real(x);
}
// clang-format off
template <class A, class B> requires real_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator+(A a, B b) { return real_of(a) + real_of(b); }
template <class A, class B> requires real_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator-(A a, B b) { return real_of(a) - real_of(b); }
template <class A, class B> requires real_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator*(A a, B b) { return real_of(a) * real_of(b); }
template <class A, class B> requires real_with_lanes<A, B> FOVEA_HOST_DEVICE auto operator/(A a, B b) { return real_of(a) / real_of(b); }
// clang-format on

// ---- one number beside lanes: x in the form of its partner ----------------------------------------------------------
template <int N> FOVEA_HOST_DEVICE real_lanes<N> alike(float x, real_lanes<N>) { return splat<N>(x); }
template <int N> FOVEA_HOST_DEVICE real_lanes<N> alike(float x, lane_mask<N>) { return splat<N>(x); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> alike(index x, lane_mask<N>) { return splat<N>(x); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> alike(bool x, lane_mask<N>) { return as_mask<N>(x); }
template <class X>
    requires is_integer_lanes<X>
FOVEA_HOST_DEVICE auto alike(index x, X) {
    return splat<lanes_of<X>>(x);
}
template <class X, class Y>
    requires(is_integer_lanes<X> &&
             (is_integer_lanes<Y> || std::is_same_v<Y, index> || std::is_same_v<Y, lane_mask<lanes_of<Y>>>))
FOVEA_HOST_DEVICE auto alike(X x, Y) {
    return widen(x);
}
template <int N, class Y> FOVEA_HOST_DEVICE real_lanes<N> alike(real_lanes<N> x, Y) { return x; }

// Conditions and alternatives that are one number for all lanes.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> select(bool m, real_lanes<N> a, real_lanes<N> b) { return m ? a : b; }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> select(bool m, wide_lanes<N> a, wide_lanes<N> b) { return m ? a : b; }

} // namespace v0_1
} // namespace fovea
