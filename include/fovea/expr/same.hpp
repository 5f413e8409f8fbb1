// Whether two expressions of one type also have the same values: the same numbers, views, tables and functors.
//
//     same(causal, causal) == true;      same(sliding_window(4), sliding_window(5)) == false
#pragma once
#include <concepts>
#include <cstring>

#include "fovea/expr/apply.hpp"
#include "fovea/expr/operators.hpp"
#include "fovea/expr/probability.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/expr/terms.hpp"
#include "fovea/tensor/rope.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Anything without a rule of its own is compared by == where it has one, else by its bytes, as are reals: a NaN is the
// same as itself. An empty object equals every other of its type. (A functor with bytes between its members should
// have ==.)
template <class T> bool same(T const& a, T const& b) {
    if constexpr (std::is_empty_v<T>) return true;
    else if constexpr (requires { same(a.tensor, b.tensor); }) return same(a.tensor, b.tensor);
    else if constexpr (std::equality_comparable<T> && !std::is_floating_point_v<T>) return a == b;
    else return std::memcmp(&a, &b, sizeof(T)) == 0;
}
template <class T, class C> bool same(strided_view<T, C> const& a, strided_view<T, C> const& b) {
    const strides &s = a.layout.stride, &t = b.layout.stride;
    return a.data == b.data && a.batches() == b.batches() && a.heads() == b.heads() && a.positions() == b.positions() &&
           a.channels() == b.channels() && s.batch == t.batch && s.head == t.head && s.position == t.position &&
           s.channel == t.channel && a.first == b.first;
}
template <class T> bool same(table_view<T> const& a, table_view<T> const& b) {
    return a.data == b.data && a.rows == b.rows && a.columns == b.columns && a.sorting == b.sorting;
}
template <class T> bool same(read_table<T> const& a, read_table<T> const& b) { return same(a.source, b.source); }
template <class F> bool same(call_functor<F> const& a, call_functor<F> const& b) { return same(a.functor, b.functor); }
template <class O> bool same(scaled_operand<O> const& a, scaled_operand<O> const& b) {
    return same(a.factor, b.factor) && same(a.source, b.source);
}
template <class O, class F, pairing P> bool same(rotated_operand<O, F, P> const& a, rotated_operand<O, F, P> const& b) {
    return same(a.frequency, b.frequency) && same(a.source, b.source);
}
template <class Q, class K> bool same(dot_product<Q, K> const& a, dot_product<Q, K> const& b) {
    return same(a.q, b.q) && same(a.k, b.k);
}
template <class T> bool same(constant<T> const& a, constant<T> const& b) { return same(a.value, b.value); }
template <class Op, class A> bool same(unary<Op, A> const& a, unary<Op, A> const& b);
template <class Op, class A, class B> bool same(binary<Op, A, B> const& a, binary<Op, A, B> const& b);
template <class Op, class A, class B, class D> bool same(ternary<Op, A, B, D> const& a, ternary<Op, A, B, D> const& b);
template <class M, class S> bool same(masked<M, S> const& a, masked<M, S> const& b) {
    return same(a.mask, b.mask) && same(a.score, b.score);
}
template <class Op, class A> bool same(unary<Op, A> const& a, unary<Op, A> const& b) {
    return same(a.op, b.op) && same(a.a, b.a);
}
template <class Op, class A, class B> bool same(binary<Op, A, B> const& a, binary<Op, A, B> const& b) {
    return same(a.op, b.op) && same(a.a, b.a) && same(a.b, b.b);
}
template <class Op, class A, class B, class D> bool same(ternary<Op, A, B, D> const& a, ternary<Op, A, B, D> const& b) {
    return same(a.op, b.op) && same(a.a, b.a) && same(a.b, b.b) && same(a.d, b.d);
}
template <class S> bool same(softmax_weights<S> const& a, softmax_weights<S> const& b) {
    return same(a.scores, b.scores);
}
template <class S> bool same(sigmoid_weights<S> const& a, sigmoid_weights<S> const& b) {
    return same(a.scores, b.scores);
}
template <class S, class L> bool same(sink_softmax_weights<S, L> const& a, sink_softmax_weights<S, L> const& b) {
    return same(a.scores, b.scores) && same(a.sink, b.sink);
}

} // namespace v0_1
} // namespace fovea
