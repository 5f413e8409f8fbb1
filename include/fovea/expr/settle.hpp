// Lookups that stand still: far from the diagonal a whole tile reads one entry, as the last of T5's buckets.
//
//     if (settles(score, box)) ...            every such lookup of the score reads one entry all over the box
//     auto here = settled(score, element);    the score with each of them a number, read at any element of the box
//
// Only where an index moves in steps, of a functor, a division, a limit: one that grows with the key never stands.
#pragma once
#include "fovea/expr/find.hpp"
#include "fovea/expr/operators.hpp"
#include "fovea/expr/table.hpp"

namespace fovea::inline v0_1 {

// Numbers, positions, and sums and multiples of them.
template <class E> inline constexpr bool moves_evenly = true;
template <class Op, class A> inline constexpr bool moves_evenly<unary<Op, A>> = false;
template <class Op, class A, class B> inline constexpr bool moves_evenly<binary<Op, A, B>> = false;
template <class Op, class A, class B, class D> inline constexpr bool moves_evenly<ternary<Op, A, B, D>> = false;
template <class A, class B> inline constexpr bool moves_evenly<binary<plus, A, B>> = moves_evenly<A> && moves_evenly<B>;
template <class A, class B> inline constexpr bool moves_evenly<binary<minus, A, B>> =
    moves_evenly<A> && moves_evenly<B>;
template <class A, class B> inline constexpr bool moves_evenly<binary<times, A, B>> =
    moves_evenly<A> && moves_evenly<B>;

template <class... I>
inline constexpr bool moves_in_steps = (!moves_evenly<I> || ...) && !(I::depends.score || ...);
template <class E> inline constexpr bool may_settle = false;
template <class T, class I> inline constexpr bool may_settle<unary<read_table<T>, I>> = moves_in_steps<I>;
template <class T, class I, class J> inline constexpr bool may_settle<binary<read_table<T>, I, J>> =
    moves_in_steps<I, J>;

struct settling_lookups {
    template <class E> static constexpr bool is = may_settle<E>;
};
template <class E> inline constexpr bool has_settling = has_any<settling_lookups, E>;

// Whether an index has one value in a box. One that varies with the head alone has one for each row; one that varies
// with the head and more is known only when it is bound: the box is of one head, and its rows may be of several.
template <class I, class Box> FOVEA_HOST_DEVICE constexpr bool stands(I const& index_of, Box const& box) {
    if constexpr (I::depends.only_row_group()) return true;
    else {
        if (I::depends.head) return false;
        const index_range all = as_interval(index_of(box));
        return all.lo == all.hi;
    }
}

template <class E, class Box> FOVEA_HOST_DEVICE constexpr bool settles(E const& e, Box const& box) {
    if constexpr (!has_settling<E>) return true;
    else if constexpr (may_settle<E> && is_unary<E>) return stands(e.a, box);
    else if constexpr (may_settle<E>) return stands(e.a, box) && stands(e.b, box);
    else if constexpr (is_unary<E>) return settles(e.a, box);
    else if constexpr (is_binary<E>) return settles(e.a, box) && settles(e.b, box);
    else return settles(e.a, box) && settles(e.b, box) && settles(e.d, box);
}

template <class C> struct settler {
    C const& here;
    template <class E> FOVEA_HOST_DEVICE constexpr auto operator()(E const& e) const {
        if constexpr (!has_settling<E>) return e;
        else if constexpr (may_settle<E>) return constant<decltype(e(here))>{e(here)};
        else return e.rebuild(*this);
    }
};
template <class E, class C> FOVEA_HOST_DEVICE constexpr auto settled(E const& e, C const& here) {
    return settler<C>{here}(e);
}

} // namespace fovea::inline v0_1
