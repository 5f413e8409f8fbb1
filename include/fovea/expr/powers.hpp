// A score in the terms of a machine that has 2^x and 1 / x but no tanh: constants around a tanh are folded into it.
//
//     in_powers(30 * tanh(dot * 0.125 * (1 / 30)))    // 30 - 60 / (2^(dot * 0.012) + 1), the first 30 beside all else
//
// For kernels, once a head is bound: an element takes a multiplication, a power, an addition, a reciprocal and a
// multiply-add. Law: within c 2^-22 of c tanh(x), as a kernel's tanh is; sums are rounded beside up to 2 c.
#pragma once
#include "fovea/expr/bind.hpp"
#include "fovea/expr/find.hpp"
#include "fovea/expr/operators.hpp"
#include "fovea/expr/rescale.hpp"

namespace fovea::inline v0_1 {

// 1 / (2^x + 1), which is (1 - tanh(x ln(2) / 2)) / 2.
struct tanh_rest : real_function {
    static constexpr char const* name = "tanh_rest";
    template <class C, class A> FOVEA_HOST_DEVICE auto operator()(C const& c, A a) const {
        if constexpr (requires { c.tanh_rest(as_real(a)); }) return c.tanh_rest(as_real(a));
        else {
            const auto x = as_real(a);
            const auto half = alike(0.5f, x);
            return half - half * tanh(x * alike(0.5f * ln_2, x));
        }
    }
};

template <class E> inline constexpr bool is_tangent = false;
template <class A> inline constexpr bool is_tangent<unary<hyperbolic_tangent, A>> = true;
struct hyperbolic_tangents {
    template <class E> static constexpr bool is = is_tangent<E>;
};

// What an expression is, less a number.
template <class E> struct less_number {
    E rest;
    float number;
};
template <class E> FOVEA_HOST_DEVICE constexpr auto in_powers(E const& e);
template <class E> FOVEA_HOST_DEVICE constexpr auto split(E const& e) { return e; }
template <class A> FOVEA_HOST_DEVICE constexpr auto split_capped(A const& x, float c) {
    const auto rest =
        unary<tanh_rest, decltype(times_number(in_powers(x), 1.f))>{{}, times_number(in_powers(x), 2 * log2_e)};
    return less_number<binary<times, std::remove_const_t<decltype(rest)>, constant<float>>>{{{}, rest, {-2 * c}}, c};
}
template <class A>
FOVEA_HOST_DEVICE constexpr auto split(binary<times, constant<float>, unary<hyperbolic_tangent, A>> const& e) {
    return split_capped(e.b.a, e.a.value);
}
template <class A>
FOVEA_HOST_DEVICE constexpr auto split(binary<times, unary<hyperbolic_tangent, A>, constant<float>> const& e) {
    return split_capped(e.a.a, e.b.value);
}
template <class E> inline constexpr bool is_split = false;
template <class E> inline constexpr bool is_split<less_number<E>> = true;
template <class A, class B>
    requires(binary<plus, A, B>::kind == kinds::real)
FOVEA_HOST_DEVICE constexpr auto split(binary<plus, A, B> const& e) {
    const auto a = split(e.a);
    const auto b = split(e.b);
    using a_type = std::remove_const_t<decltype(a)>;
    using b_type = std::remove_const_t<decltype(b)>;
    const auto joined_parts = [](auto const& x, auto const& y) {
        return binary<plus, std::remove_cvref_t<decltype(x)>, std::remove_cvref_t<decltype(y)>>{{}, x, y};
    };
    if constexpr (is_split<a_type> && is_split<b_type>) {
        const auto sum = joined_parts(a.rest, b.rest);
        return less_number<std::remove_const_t<decltype(sum)>>{sum, a.number + b.number};
    } else if constexpr (is_split<a_type>) {
        const auto sum = joined_parts(a.rest, b);
        return less_number<std::remove_const_t<decltype(sum)>>{sum, a.number};
    } else if constexpr (is_split<b_type>) {
        const auto sum = joined_parts(a, b.rest);
        return less_number<std::remove_const_t<decltype(sum)>>{sum, b.number};
    } else return e;
}

template <class E> FOVEA_HOST_DEVICE constexpr auto in_powers(E const& e) {
    if constexpr (!has_any<hyperbolic_tangents, E>) return e;
    else {
        const auto parts = split(e);
        using parts_type = std::remove_const_t<decltype(parts)>;
        if constexpr (is_split<parts_type>)
            return binary<plus, decltype(parts.rest), constant<float>>{{}, parts.rest, {parts.number}};
        else return e;
    }
}

} // namespace fovea::inline v0_1
