// Probabilities, and what is reduced over keys.
//
//     auto p = fovea::softmax(s);
//     run(cpu(), o = fovea::sum(p * v), l = fovea::logsumexp(s), h = fovea::entropy(p));
//
// Units: logsumexp and entropy in nats, max in the units of the score as written.
// Empty: a row with no key has sum 0, logsumexp and max -inf, entropy 0.
#pragma once
#include "fovea/expr/score.hpp"
#include "fovea/expr/table.hpp"

namespace fovea::inline v0_1 {

template <class S> concept score = expression<S> && S::kind == kinds::real;

template <class P> inline constexpr bool is_probability = false;
template <class P> concept probability = is_probability<P>;

// exp(s - logsumexp(s)).
template <score S> struct softmax_weights {
    S scores;
};
// exp(s) / (exp(sink) + sum of exp(s)): a learned logit, one a head, that takes weight and gives no value.
template <score S, expression L> struct sink_softmax_weights {
    S scores;
    L sink;
};
// 1 / (1 + exp(-s)), not normalised over keys.
template <score S> struct sigmoid_weights {
    S scores;
};
template <class S> inline constexpr bool is_probability<softmax_weights<S>> = true;
template <class S, class L> inline constexpr bool is_probability<sink_softmax_weights<S, L>> = true;
template <class S> inline constexpr bool is_probability<sigmoid_weights<S>> = true;

// Weights that sum to one over a row's keys, together with the sink's where there is one.
template <score S> constexpr softmax_weights<S> softmax(S const& s) { return {s}; }
template <class X>
    requires(!score<X> && (expression<X> || operand<X>))
constexpr auto softmax(X const&) {
    static_assert(sizeof(X) == 0, "fovea: softmax takes a score, such as where(causal, scaled_dot(q, k))");
}
template <score S, operand_of_operator L> constexpr auto softmax(S const& s, L const& sink_logits) {
    static_assert(lifted<L>::depends.only_row_group(),
                  "fovea: a sink logit may vary with batch and head only, such as lookup(table, head)");
    return sink_softmax_weights<S, lifted<L>>{s, lift(sink_logits)};
}
// Each weight by itself, between 0 and 1.
template <score S> constexpr sigmoid_weights<S> sigmoid(S const& s) { return {s}; }

template <probability P, class X> struct weighted {
    P p;
    X x;
};
template <probability P, view V> constexpr weighted<P, V> operator*(P const& p, V const& v) { return {p, v}; }
template <probability P, expression F> constexpr weighted<P, F> operator*(P const& p, F const& f) { return {p, f}; }
template <view V, probability P> constexpr weighted<P, V> operator*(V const& v, P const& p) { return {p, v}; }
template <expression F, probability P> constexpr weighted<P, F> operator*(F const& f, P const& p) { return {p, f}; }

// ---- outputs: leaves of an epilogue, one value a row (value_sum: one a row and channel) -----------------------------
template <class E> inline constexpr bool is_output = false;
struct output_leaf {
    using is_expression = void;
    static constexpr kinds kind = kinds::real;
    static constexpr dependence depends{.batch = true, .head = true, .query = true};
};
template <class P, class V> struct value_sum : output_leaf {
    P p;
    V v;
    constexpr value_sum(P const& a, V const& b) : p(a), v(b) {}
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return c.values(); }
};
template <class P, class F> struct expectation : output_leaf {
    P p;
    F f;
    constexpr expectation(P const& a, F const& b) : p(a), f(b) {}
};
template <class S> struct logsumexp_of : output_leaf {
    S scores;
    constexpr explicit logsumexp_of(S const& s) : scores(s) {}
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return c.logsumexp(); }
};
template <class S> struct max_of_scores : output_leaf {
    S scores;
    constexpr explicit max_of_scores(S const& s) : scores(s) {}
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return c.maximum(); }
};
template <class P> struct entropy_of : output_leaf {
    P p;
    constexpr explicit entropy_of(P const& a) : p(a) {}
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return c.entropy(); }
};
// An expectation once the plan has numbered it.
template <int I> struct numbered_expectation : output_leaf {
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const {
        return c.template expectation<I>();
    }
};
template <class P, class V> inline constexpr bool is_output<value_sum<P, V>> = true;
template <class P, class F> inline constexpr bool is_output<expectation<P, F>> = true;
template <class S> inline constexpr bool is_output<logsumexp_of<S>> = true;
template <class S> inline constexpr bool is_output<max_of_scores<S>> = true;
template <class P> inline constexpr bool is_output<entropy_of<P>> = true;

// f, and 0 where it is masked.
template <expression F> constexpr auto counted(F const& f) {
    if constexpr (is_masked<F>) return select(f.mask, f.score, 0.f);
    else return f;
}

// sum over keys of p * v (a row of channels) or of p * f (a number), f any score-like expression; of where(mask, f)
// over the keys that the mask leaves.
template <class P, view V> constexpr auto sum(weighted<P, V> const& w) { return value_sum<P, V>{w.p, w.x}; }
template <class P, expression F> constexpr auto sum(weighted<P, F> const& w) {
    static_assert(F::kind != kinds::truth,
                  "fovea: sum takes p times a number, and a mask is none: p * select(mask, 1.f, 0.f)");
    if constexpr (F::kind == kinds::truth) return expectation<P, constant<float>>{w.p, {0.f}};
    else return expectation<P, decltype(counted(w.x))>{w.p, counted(w.x)};
}
template <class X>
    requires(expression<X> || probability<X> || view<X>)
constexpr auto sum(X const&) {
    static_assert(sizeof(X) == 0, "fovea: sum takes p * v or p * f, where p is softmax(score) or sigmoid(score)");
}
// The natural logarithm of the sum over keys of exp(s), without a sink.
template <score S> constexpr auto logsumexp(S const& s) { return logsumexp_of<S>{s}; }
template <probability P> constexpr auto logsumexp(P const&) {
    static_assert(sizeof(P) == 0,
                  "fovea: logsumexp takes the score that softmax takes: logsumexp(s), where p is softmax(s)");
}
// The largest score of a row.
template <score S>
    requires(!is_output<S>)
constexpr auto max(S const& s) {
    return max_of_scores<S>{s};
}
// - sum over keys of p ln p.
template <probability P> constexpr auto entropy(P const& p) { return entropy_of<P>{p}; }
template <score S> constexpr auto entropy(S const&) {
    static_assert(sizeof(S) == 0, "fovea: entropy takes weights: entropy(softmax(s))");
}
template <score S> constexpr auto entropy(sigmoid_weights<S> const&) {
    static_assert(sizeof(S) == 0, "fovea: sigmoid weights do not sum to one and have no entropy; use softmax");
}

// ---- epilogue: rounding on the way out ------------------------------------------------------------------------------
template <class T> struct round_to {
    static constexpr dependence depends{};
    static constexpr char const* name = std::is_same_v<T, float>  ? "cast<float>"
                                        : std::is_same_v<T, bf16> ? "cast<bf16>"
                                                                  : "cast<fp16>";
    template <kinds> static constexpr kinds result = kinds::real;
    template <class C, class A> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c, A a) const {
        return c.template rounded<T>(a);
    }
};
// The output rounded to T before the rest of the epilogue sees it. Writing to a view rounds by itself.
template <class T, term A> constexpr auto cast(A const& a) {
    static_assert(is_element<T>, "fovea: cast takes float, bf16 or fp16");
    return unary<round_to<T>, lifted<A>>{{}, lift(a)};
}

// ---- assignment -----------------------------------------------------------------------------------------------------
// What is written where: does nothing until it is given to run.
template <class View, class Expression> struct [[nodiscard]] assignment {
    View target;
    Expression expression;
};
template <class T> inline constexpr bool is_assignment = false;
template <class V, class E> inline constexpr bool is_assignment<assignment<V, E>> = true;

template <class T, class Channels>
template <class E>
constexpr auto strided_view<T, Channels>::operator=(E const& expression) const {
    static_assert(fovea::expression<E> || operand<E>, "fovea: a view is assigned an output (sum, logsumexp, max, "
                                                      "entropy, or an expression of them) or an operand to copy");
    static_assert(!std::is_const_v<T>, "fovea: the view on the left of = has const elements");
    return assignment<strided_view, E>{*this, expression};
}

} // namespace fovea::inline v0_1
