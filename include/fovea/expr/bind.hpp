// The bind reading: an expression for one attention head, with what does not vary any more made a constant.
//
//     auto here = bind(score, at_head{batch, head, kv_head});        // lookup(slopes, head) is now a number
//
// With a strip_store, real subexpressions of q_pos - k_pos alone, and of k_pos alone, become reads of a strip: one value
// for each difference or key of a tile, filled once a tile (fill_strips) instead of once an element.
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea {

struct at_head {
    index batch, head, kv_head;
};

// A subexpression whose values for one tile stand in a strip.
enum class strips { by_difference, by_key };
template <class E, strips Kind> struct strip_node {
    static constexpr bool by_key = Kind == strips::by_key;
    using is_expression = void;
    static constexpr kinds kind = kinds::real;
    static constexpr dependence depends = E::depends;
    E inner;
    float* values;
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const {
        if constexpr (requires { c.strip_by_key(values); }) {
            if constexpr (Kind == strips::by_difference) return c.strip_by_difference(values);
            else return c.strip_by_key(values);
        } else return inner(c);
    }
};
template <class E> inline constexpr bool is_strip = false;
template <class E, strips K> inline constexpr bool is_strip<strip_node<E, K>> = true;

// Which strip, if any, an expression deserves: not constants, not bare positions.
template <class E> consteval int strip_class() {
    if constexpr (E::kind != kinds::real) return 0;
    else if constexpr (E::depends.only_difference()) return 1;
    else if constexpr (E::depends.only_key()) return 2;
    else return 0;
}

// No strips are kept: decoding, where a strip would be read once, and devices.
struct no_strips {};
// Strips of `length` floats each, handed out one after the other.
struct strip_store {
    float* next;
    index length;
};

template <class Store> struct binder {
    at_head here;
    Store* store;

    template <class E> FOVEA_HOST_DEVICE constexpr auto operator()(E const& e) const {
        if constexpr (E::depends.only_row_group()) return constant<decltype(e(here))>{e(here)};
        else if constexpr (!std::is_same_v<Store, no_strips> && strip_class<E>() == 1) {
            float* values = store->next;
            store->next += store->length;
            auto inner = bind_children(e);
            return strip_node<decltype(inner), strips::by_difference>{inner, values};
        } else if constexpr (!std::is_same_v<Store, no_strips> && strip_class<E>() == 2) {
            float* values = store->next;
            store->next += store->length;
            auto inner = bind_children(e);
            return strip_node<decltype(inner), strips::by_key>{inner, values};
        } else return bind_children(e);
    }

private:
    template <class E> FOVEA_HOST_DEVICE constexpr auto bind_children(E const& e) const {
        const binder<no_strips> inside{here, nullptr};
        if constexpr (requires { e.rebuild(inside); }) {
            if constexpr (!std::is_same_v<Store, no_strips> && strip_class<E>() != 0) return e.rebuild(inside);
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
    else if constexpr (strip_class<E>() != 0) return 1;
    else return children_strips<E>::count;
}

// Calls f(strip) for every strip of a bound expression.
template <class F> struct strip_visitor {
    F const& f;
    template <class E> FOVEA_HOST_DEVICE constexpr void operator()(E const& e) const {
        if constexpr (is_strip<E>) f(e);
        else if constexpr (requires { e.each(*this); }) e.each(*this);
    }
};
template <class E, class F> FOVEA_HOST_DEVICE constexpr void each_strip(E const& e, F const& f) {
    strip_visitor<F>{f}(e);
}

} // namespace fovea
