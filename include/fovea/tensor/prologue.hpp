// What is done to an operand as it is read: nothing, a rotation by position (rope), or a factor.
//
//     auto s = scaled_dot(rope_pairs(q, rope_plain{.theta = 1e5}), rope_pairs(k, rope_plain{.theta = 1e5}));
//
// An operand is a view or a prologue around an operand, its `source`; source_of gives the view. An engine applies a
// prologue to a row as it reads it, each kind by a reader of its own. Error: a factor that is not finite is refused.
#pragma once
#include <type_traits>
#include <utility>

#include "fovea/tensor/strided.hpp"

namespace fovea::inline v0_1 {

template <class T> inline constexpr bool is_prologue = false;

template <class T> concept operand = view<T> || is_prologue<T>;

template <view V> FOVEA_HOST_DEVICE constexpr V const& source_of(V const& v) { return v; }
template <class P>
    requires is_prologue<P>
FOVEA_HOST_DEVICE constexpr auto const& source_of(P const& p) {
    return source_of(p.source);
}
template <operand O> using source_type = std::remove_cvref_t<decltype(source_of(std::declval<O const&>()))>;
template <operand O> using element_of_operand = std::remove_const_t<typename source_type<O>::element>;

// scale(x, factor): factor * x.
template <operand O> struct scaled_operand {
    O source;
    float factor;
};
template <class O> inline constexpr bool is_prologue<scaled_operand<O>> = true;
template <operand O> constexpr scaled_operand<O> scale(O const& x, float factor) { return {x, factor}; }

// Placing a prologue places the view inside.
template <operand O> constexpr auto at(scaled_operand<O> x, index first) {
    x.source = at(x.source, first);
    return x;
}
template <operand Q, operand K>
    requires(!view<Q> || !view<K>)
constexpr Q align_ends(Q const& q, K const& k) {
    return at(q, align_ends(source_of(q), source_of(k)).first);
}

} // namespace fovea::inline v0_1
