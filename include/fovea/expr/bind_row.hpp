// The bind reading for a row: what varies neither with the key nor with the product is worked out once for its query.
//
//     auto here = bind_row(mask, element);      // lookup(ids, q_pos) is now a number; any element of the row will do
//
// Only what is dear moves: tables, functors, divisions. Whether a remainder equals a number is prepared, so that it
// costs no division a key. The elements given later stand in the same row and tile.
#pragma once
#include "fovea/base/position.hpp"
#include "fovea/expr/bind.hpp"

namespace fovea::inline v0_1 {

// a % n == b, or !=, of a row's position.
template <class Op, class A> struct prepared_remainder {
    using is_expression = void;
    static constexpr kinds kind = kinds::truth;
    static constexpr dependence depends = A::depends;
    A a;
    remainder_test test;
    template <class C> FOVEA_HOST_DEVICE constexpr bool operator()(C const& c) const {
        return test(a(c)) == std::is_same_v<Op, equal>;
    }
};

template <class E> inline constexpr bool is_of_row = !E::depends.key && !E::depends.difference && !E::depends.score;
template <class E> inline constexpr bool compares_remainder = false; // with a number of the row
template <class Op, class A, class N, class B>
inline constexpr bool compares_remainder<binary<Op, binary<modulo, A, N>, B>> =
    (std::is_same_v<Op, equal> || std::is_same_v<Op, not_equal>) && is_of_row<N> && is_of_row<B>;

template <class C> struct row_binder {
    C const& here;

    template <class E> FOVEA_HOST_DEVICE constexpr auto operator()(E const& e) const {
        if constexpr (is_of_row<E> && is_dear<E>) return constant<decltype(e(here))>{e(here)};
        else if constexpr (prepares<E>()) {
            const auto n = static_cast<index>(e.a.b(here)), b = static_cast<index>(e.b(here));
            constexpr bool known = std::is_same_v<decltype(e.a.b), constant<index>>; // whose 0 is refused
            return prepared_remainder<decltype(e.op), decltype(e.a.a)>{
                e.a.a, {e.a.a(here), known ? n : remainder_test::divisor(n), b}};
        } else if constexpr (requires { e.rebuild(*this); }) return e.rebuild(*this);
        else return e;
    }

private:
    template <class E> static consteval bool prepares() {
        if constexpr (compares_remainder<E>)
            return std::is_same_v<decltype(std::declval<E const&>().a.a(std::declval<C const&>())), position>;
        else return false;
    }
};

// e itself where nothing moves, and where it is large: a copy of a user's table for each row would cost more.
template <class E, class Binder> FOVEA_HOST_DEVICE constexpr decltype(auto) bound_by(Binder const& binder, E const& e) {
    if constexpr (sizeof(E) > 256 || std::is_same_v<decltype(binder(e)), E>) return (e);
    else return binder(e);
}
template <class E, class C> FOVEA_HOST_DEVICE constexpr decltype(auto) bind_row(E const& e, C const& here) {
    return bound_by(row_binder<C>{here}, e);
}

} // namespace fovea::inline v0_1
