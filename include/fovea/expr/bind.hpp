// The bind reading: an expression for one attention head, with what does not vary any more made a constant.
//
//     auto here = bind(score, at_head{batch, head, kv_head});        // lookup(slopes, head) is now a number
//
// With a strip_store, subexpressions of q_pos - k_pos alone, and of k_pos alone, become reads of a strip: one value for
// each difference or key of a tile, filled once a tile instead of once an element. Real ones always do, integers and
// masks where they are dear (a division, a table, a functor).
#pragma once
#include "fovea/base/position.hpp"
#include "fovea/expr/apply.hpp"
#include "fovea/expr/operators.hpp"
#include "fovea/expr/terms.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct at_head {
    index batch, head, kv_head;
};

// Entries of a strip: float for reals, all bits or none of 32 for masks, 64-bit for integers.
template <kinds K>
using strip_entry =
    std::conditional_t<K == kinds::real, float, std::conditional_t<K == kinds::truth, std::int32_t, index>>;

// A subexpression whose values for one tile stand in a strip.
enum class strips { by_difference, by_key };
template <class E, strips Kind> struct strip_node {
    static constexpr bool by_key = Kind == strips::by_key;
    using is_expression = void;
    static constexpr kinds kind = E::kind;
    static constexpr dependence depends = E::depends;
    E inner;
    strip_entry<kind>* values;
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const {
        if constexpr (requires { c.strip_by_key(values); }) {
            if constexpr (by_key) return c.strip_by_key(values);
            else return c.strip_by_difference(values);
        } else return inner(c);
    }
};
template <class E> inline constexpr bool is_strip = false;
template <class E, strips K> inline constexpr bool is_strip<strip_node<E, K>> = true;

// Operators that cost lanes far more than a load: a division, a table, a functor with numbers of its own or one that is
// called for an element at a time. A template without data is neither: it computes in lanes, and its ranges tell where
// a cut tile has nothing (cost: a fifth of the time of a narrow window).
template <class Op> inline constexpr bool dear_operator = !std::is_empty_v<Op>;
template <> inline constexpr bool dear_operator<divides> = true;
template <> inline constexpr bool dear_operator<modulo> = true;
template <class F> inline constexpr bool dear_operator<call_functor<F>> =
    !std::is_empty_v<F> || requires { &F::operator(); }; // no template, and not overloaded
template <class E> inline constexpr bool is_dear = false;
template <class Op, class A> inline constexpr bool is_dear<unary<Op, A>> = dear_operator<Op> || is_dear<A>;
template <class Op, class A, class B>
inline constexpr bool is_dear<binary<Op, A, B>> = dear_operator<Op> || is_dear<A> || is_dear<B>;
template <class Op, class A, class B, class D>
inline constexpr bool is_dear<ternary<Op, A, B, D>> = dear_operator<Op> || is_dear<A> || is_dear<B> || is_dear<D>;

template <class E, strips K> inline constexpr bool is_dear<strip_node<E, K>> = E::kind != kinds::real;

// Which strip, if any, an expression deserves: none for constants and bare positions.
enum class strip_choice { none, by_difference, by_key };
template <class E> consteval strip_choice strip_class() {
    if constexpr (E::kind != kinds::real && !is_dear<E>) return strip_choice::none;
    else if constexpr (E::depends.only_difference()) return strip_choice::by_difference;
    else if constexpr (E::depends.only_key()) return strip_choice::by_key;
    else return strip_choice::none;
}

// A remainder by what the head makes a number, which may be 0; one that is written as a number is not, or is refused.
template <class E> inline constexpr bool has_divisor_of_head = false;
template <class A, class N> inline constexpr bool has_divisor_of_head<binary<modulo, A, N>> =
    N::depends.only_row_group() && !std::is_same_v<N, constant<index>>;

// No strips are kept: decoding, where a strip would be read once, and devices.
struct no_strips {};
// Strips of `length` entries each, handed out one after the other; an entry takes 8 bytes at most.
struct strip_store {
    index* next;
    index length;
    template <class T> FOVEA_HOST_DEVICE T* take() {
        T* strip = reinterpret_cast<T*>(next);
        next += length;
        return strip;
    }
};

template <class Store> struct binder {
    at_head here;
    Store* store;

    template <class E> FOVEA_HOST_DEVICE constexpr auto operator()(E const& e) const {
        if constexpr (E::depends.only_row_group()) return constant<decltype(e(here))>{e(here)};
        else if constexpr (makes_strip<E>) {
            constexpr strips kind = strip_class<E>() == strip_choice::by_key ? strips::by_key : strips::by_difference;
            auto inner = bind_children(e);
            return strip_node<decltype(inner), kind>{inner, store->template take<strip_entry<E::kind>>()};
        } else return bind_children(e);
    }

private:
    template <class E>
    static constexpr bool makes_strip = !std::is_same_v<Store, no_strips> && strip_class<E>() != strip_choice::none;

    template <class E> FOVEA_HOST_DEVICE constexpr auto bind_children(E const& e) const {
        const binder<no_strips> inside{here, nullptr};
        if constexpr (has_divisor_of_head<E>) {
            auto bound = e.rebuild(inside);
            bound.b.value = remainder_test::divisor(bound.b.value);
            return bound;
        } else if constexpr (requires { e.rebuild(inside); }) {
            if constexpr (makes_strip<E>) return e.rebuild(inside);
            else return e.rebuild(*this);
        } else return e;
    }
};

template <class E> FOVEA_HOST_DEVICE constexpr auto bind(E const& e, at_head here) {
    return binder<no_strips>{here, nullptr}(e);
}
template <class E> FOVEA_HOST_DEVICE constexpr auto bind(E const& e, at_head here, strip_store& store) {
    return binder<strip_store>{here, &store}(e);
}

// How many strips an expression takes when bound.
template <class E> consteval int strip_count();
template <class E> struct children_strips {
    static constexpr int count = 0;
};
template <class Op, class A> struct children_strips<unary<Op, A>> {
    static constexpr int count = strip_count<A>();
};
template <class Op, class A, class B> struct children_strips<binary<Op, A, B>> {
    static constexpr int count = strip_count<A>() + strip_count<B>();
};
template <class Op, class A, class B, class D> struct children_strips<ternary<Op, A, B, D>> {
    static constexpr int count = strip_count<A>() + strip_count<B>() + strip_count<D>();
};
template <class E> consteval int strip_count() {
    if constexpr (E::depends.only_row_group()) return 0;
    else if constexpr (strip_class<E>() != strip_choice::none) return 1;
    else return children_strips<E>::count;
}

// Calls f(strip) for every strip of a bound expression.
template <class F> struct strip_visitor {
    F const& f;
    template <class E> constexpr void operator()(E const& e) const {
        if constexpr (is_strip<E>) f(e);
        else if constexpr (requires { e.each(*this); }) e.each(*this);
    }
};
template <class E, class F> constexpr void each_strip(E const& e, F const& f) { strip_visitor<F>{f}(e); }

} // namespace v0_1
} // namespace fovea
