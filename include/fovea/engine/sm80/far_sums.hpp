// By how much, at most, an expression moves positions before it compares them.
//
//     farthest_sum(k_pos + n < q_pos) == n      // of q_pos - k_pos < n, and of (k_pos + n) * n < q_pos, it is 0
//
// A position in a kernel is a base and an offset (base/position.hpp), and is compared by its offset: rightly, unless
// elements of a tile wrap around 64 bits one by one. Products, quotients and bits are computed in 64 bits.
#pragma once
#include "fovea/expr/operators.hpp"

namespace fovea::inline v0_1::sm80 {

template <class E, class Op> inline constexpr bool is_of = false;
template <class Op, class A> inline constexpr bool is_of<unary<Op, A>, Op> = true;
template <class Op, class A, class B> inline constexpr bool is_of<binary<Op, A, B>, Op> = true;

// The number in a sum of positions and numbers.
template <class E> constexpr index number_in_sum(E const& e) {
    if constexpr (std::is_same_v<E, constant<index>>) return e.value;
    else if constexpr (is_of<E, plus>) return add_saturated(number_in_sum(e.a), number_in_sum(e.b));
    else if constexpr (is_of<E, minus>) return subtract_saturated(number_in_sum(e.a), number_in_sum(e.b));
    else if constexpr (is_of<E, opposite>) return negate_saturated(number_in_sum(e.a));
    else return 0;
}

class farthest_of_sums {
public:
    constexpr explicit farthest_of_sums(index& farthest) : farthest_(farthest) {}
    template <class E> constexpr void operator()(E const& e) const {
        if constexpr (requires { e.each(*this); }) {
            if constexpr (E::kind != kinds::integer) e.each([&](auto const& child) { look(child); });
            e.each(*this);
        }
    }

private:
    template <class E> constexpr void look(E const& e) const {
        if constexpr (E::kind == kinds::integer && !E::depends.only_row_group()) {
            const index number = number_in_sum(e);
            farthest_ = greatest(farthest_, greatest(number, negate_saturated(number)));
        }
    }
    index& farthest_;
};
template <class... E> constexpr index farthest_sum(E const&... e) {
    index farthest = 0;
    (farthest_of_sums{farthest}(e), ...);
    return farthest;
}

} // namespace fovea::inline v0_1::sm80
