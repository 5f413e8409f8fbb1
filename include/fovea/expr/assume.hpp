// A mask without questions that it has answered already.
//
//     auto mask = asked_once(causal && (sliding_window(n) || sink_tokens(4)));      // the window asks for causal, too
//
// Law: the value is the same for every element. Only what has no numbers of its own is recognised, by its type.
#pragma once
#include "fovea/expr/operators.hpp"

namespace fovea::inline v0_1 {

// What an answered question leaves.
struct always {
    using is_expression = void;
    static constexpr kinds kind = kinds::truth;
    static constexpr dependence depends{};
    static constexpr char const* name = "true";
    template <class C> FOVEA_HOST_DEVICE constexpr bool operator()(C const&) const { return true; }
};

// Equal types are equal expressions.
template <class E> inline constexpr bool is_stateless = std::is_empty_v<E>;
template <class Op, class A> inline constexpr bool is_stateless<unary<Op, A>> = std::is_empty_v<Op> && is_stateless<A>;
template <class Op, class A, class B>
inline constexpr bool is_stateless<binary<Op, A, B>> = std::is_empty_v<Op> && is_stateless<A> && is_stateless<B>;

template <class A, class B> FOVEA_HOST_DEVICE constexpr auto both_of(A const& a, B const& b) {
    if constexpr (std::is_same_v<A, always>) return b;
    else if constexpr (std::is_same_v<B, always>) return a;
    else return binary<both, A, B>{{}, a, b};
}
template <class A, class B> FOVEA_HOST_DEVICE constexpr auto either_of(A const& a, B const& b) {
    if constexpr (std::is_same_v<A, always> || std::is_same_v<B, always>) return always{};
    else return binary<either, A, B>{{}, a, b};
}

// e where Known holds.
template <class Known> struct assuming {
    template <class E> FOVEA_HOST_DEVICE constexpr auto operator()(E const& e) const {
        if constexpr (is_stateless<E> && std::is_same_v<Known, E>) return always{};
        else return e;
    }
    template <class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(binary<both, A, B> const& e) const {
        return both_of((*this)(e.a), (*this)(e.b));
    }
    template <class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(binary<either, A, B> const& e) const {
        return either_of((*this)(e.a), (*this)(e.b));
    }
};
// The same where everything holds of which Known is made by &&.
template <class Known> struct assuming_all : assuming<Known> {
    using assuming<Known>::operator();
};
template <class A, class B> struct assuming_all<binary<both, A, B>> {
    template <class E> FOVEA_HOST_DEVICE constexpr auto operator()(E const& e) const {
        return assuming_all<B>{}(assuming_all<A>{}(e));
    }
};

template <class E> FOVEA_HOST_DEVICE constexpr auto asked_once(E const& e) { return e; }
template <class A, class B> FOVEA_HOST_DEVICE constexpr auto asked_once(binary<either, A, B> const& e) {
    return either_of(asked_once(e.a), asked_once(e.b));
}
template <class A, class B> FOVEA_HOST_DEVICE constexpr auto asked_once(binary<both, A, B> const& e) {
    const auto a = asked_once(e.a);
    return both_of(a, assuming_all<std::remove_cvref_t<decltype(a)>>{}(asked_once(e.b)));
}

} // namespace fovea::inline v0_1
