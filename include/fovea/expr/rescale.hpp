// factor * expression, with the factor moved into the expression's own constants: how a score in natural units becomes
// one in base 2 without an extra multiplication an element.
//
//     multiplied(dot(q, k) * 0.125f + slope * (k_pos - q_pos), log2_e)   // dot(q, k) * 0.18f + ...
#pragma once
#include "fovea/expr/operators.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <class E> FOVEA_HOST_DEVICE constexpr auto multiplied(E const& e, float factor);

template <class E> struct multiply_into {
    FOVEA_HOST_DEVICE static constexpr auto apply(E const& e, float factor) {
        return binary<times, E, constant<float>>{{}, e, {factor}};
    }
};
template <class T> struct multiply_into<constant<T>> {
    FOVEA_HOST_DEVICE static constexpr auto apply(constant<T> const& e, float factor) {
        return constant<float>{static_cast<float>(e.value) * factor};
    }
};
// Of a product, the factor that is one number for a whole head takes it: bound, it is a constant.
template <class E> inline constexpr bool takes_factor = E::kind == kinds::real && E::depends.only_row_group();
template <class T> inline constexpr bool takes_factor<constant<T>> = !std::is_same_v<T, bool>;
template <class A, class B>
    requires(takes_factor<A> || takes_factor<B>)
struct multiply_into<binary<times, A, B>> {
    FOVEA_HOST_DEVICE static constexpr auto apply(binary<times, A, B> const& e, float factor) {
        if constexpr (takes_factor<B>) {
            auto b = multiplied(e.b, factor);
            return binary<times, A, decltype(b)>{{}, e.a, b};
        } else {
            auto a = multiplied(e.a, factor);
            return binary<times, decltype(a), B>{{}, a, e.b};
        }
    }
};
// Integers add up among themselves first, exactly: rounded one by one, positions far out would lose their difference.
template <class A, class B>
    requires(!(A::kind == kinds::integer && B::kind == kinds::integer))
struct multiply_into<binary<plus, A, B>> {
    FOVEA_HOST_DEVICE static constexpr auto apply(binary<plus, A, B> const& e, float factor) {
        auto a = multiplied(e.a, factor);
        auto b = multiplied(e.b, factor);
        return binary<plus, decltype(a), decltype(b)>{{}, a, b};
    }
};
template <class A, class B>
    requires(!(A::kind == kinds::integer && B::kind == kinds::integer))
struct multiply_into<binary<minus, A, B>> {
    FOVEA_HOST_DEVICE static constexpr auto apply(binary<minus, A, B> const& e, float factor) {
        auto a = multiplied(e.a, factor);
        auto b = multiplied(e.b, factor);
        return binary<minus, decltype(a), decltype(b)>{{}, a, b};
    }
};
template <class A> struct multiply_into<unary<opposite, A>> {
    FOVEA_HOST_DEVICE static constexpr auto apply(unary<opposite, A> const& e, float factor) {
        auto a = multiplied(e.a, factor);
        return unary<opposite, decltype(a)>{{}, a};
    }
};

template <class E> FOVEA_HOST_DEVICE constexpr auto multiplied(E const& e, float factor) {
    return multiply_into<E>::apply(e, factor);
}

template <class E> inline constexpr bool is_number = std::is_same_v<E, constant<float>>;
// e * factor, one multiplication where e has one by a number.
template <class E> FOVEA_HOST_DEVICE constexpr auto times_number(E const& e, float factor) {
    return binary<times, E, constant<float>>{{}, e, {factor}};
}
template <class A>
FOVEA_HOST_DEVICE constexpr auto times_number(binary<times, A, constant<float>> const& e, float factor) {
    return times_number(e.a, e.b.value * factor);
}
template <class A>
    requires(!is_number<A>)
FOVEA_HOST_DEVICE constexpr auto times_number(binary<times, constant<float>, A> const& e, float factor) {
    return times_number(e.b, e.a.value * factor);
}

// A bound expression whose products by numbers are one product each, wherever they stand in it.
struct factor_joiner {
    template <class E> FOVEA_HOST_DEVICE constexpr auto operator()(E const& e) const {
        if constexpr (requires { e.rebuild(*this); }) return join(e.rebuild(*this));
        else return e;
    }

private:
    template <class E> FOVEA_HOST_DEVICE static constexpr auto join(E const& e) { return e; }
    template <class A>
    FOVEA_HOST_DEVICE static constexpr auto join(binary<times, A, constant<float>> const& e) {
        return times_number(e.a, e.b.value);
    }
};

} // namespace v0_1
} // namespace fovea
