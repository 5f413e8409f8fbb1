// From assignments to a problem: which operands are read, which score and mask, what is accumulated, what is written.
//
//     auto x = make_problem(o = sum(p * v), l = logsumexp(s));      // x.operand.q, x.scored.mask, x.outputs, ...
//
// Everything the types decide is decided here, in sentences; what values decide is checked in plan/check.hpp.
#pragma once
#include "fovea/expr/find.hpp"
#include "fovea/expr/same.hpp"
#include "fovea/softmax/statistics.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// How scores become weights.
struct softmax_normaliser {
    static constexpr bool normalised = true, has_sink = false;
    constant<float> sink{0};
};
template <class L> struct sink_normaliser {
    static constexpr bool normalised = true, has_sink = true;
    L sink;
};
struct sigmoid_normaliser {
    static constexpr bool normalised = false, has_sink = false;
    constant<float> sink{0};
};

template <class S> constexpr softmax_normaliser normaliser_of(softmax_weights<S> const&) { return {}; }
template <class S, class L> constexpr sink_normaliser<L> normaliser_of(sink_softmax_weights<S, L> const& p) {
    return {p.sink};
}
template <class S> constexpr sigmoid_normaliser normaliser_of(sigmoid_weights<S> const&) { return {}; }

// No value operand: only statistics were asked for.
struct no_values {
    using element = float;
    static constexpr index channels() { return 0; }
};

// The scores an output is made of.
template <class L> constexpr auto const& scores_of(L const& leaf) {
    if constexpr (requires { leaf.scores; }) return leaf.scores;
    else return leaf.p.scores;
}

template <class Q, class K, class V> struct operands {
    Q q;
    K k;
    V v;
};
template <class Score, class Mask, class Normaliser, statistics Wanted> struct scoring {
    static constexpr statistics wanted = Wanted;
    Score score; // natural units
    Mask mask;
    Normaliser normaliser;
};

// Moments: list of the functions whose expectations are taken. Outputs: list of assignments with numbered expectations.
template <class Operands, class Scoring, class Moments, class Outputs> struct problem {
    using query_element = element_of_operand<decltype(Operands::q)>;
    using key_element = element_of_operand<decltype(Operands::k)>;
    using value_element = std::remove_const_t<typename decltype(Operands::v)::element>;
    Operands operand;
    Scoring scored;
    Moments moments;
    Outputs outputs;
    static constexpr bool normalised = decltype(Scoring::normaliser)::normalised;
    static constexpr bool has_values = !std::is_same_v<decltype(Operands::v), no_values>;

    FOVEA_HOST_DEVICE constexpr auto const& q() const { return source_of(operand.q); }
    FOVEA_HOST_DEVICE constexpr auto const& k() const { return source_of(operand.k); }
    FOVEA_HOST_DEVICE constexpr index group() const { return q().heads() / k().heads(); }
};

// ---- outputs: expectations numbered in the order they are written ---------------------------------------------------
template <int First, class E> constexpr auto numbered(E const& e) {
    if constexpr (is_expectation<E>) return numbered_expectation<First>{};
    else if constexpr (is_unary<E>) {
        auto a = numbered<First>(e.a);
        return unary<decltype(e.op), decltype(a)>{e.op, a};
    } else if constexpr (is_binary<E>) {
        constexpr int left = decltype(find_all<expectations>(e.a))::count;
        auto a = numbered<First>(e.a);
        auto b = numbered<First + left>(e.b);
        return binary<decltype(e.op), decltype(a), decltype(b)>{e.op, a, b};
    } else if constexpr (is_ternary<E>) {
        constexpr int left = decltype(find_all<expectations>(e.a))::count;
        constexpr int middle = decltype(find_all<expectations>(e.b))::count;
        auto a = numbered<First>(e.a);
        auto b = numbered<First + left>(e.b);
        auto d = numbered<First + left + middle>(e.d);
        return ternary<decltype(e.op), decltype(a), decltype(b), decltype(d)>{e.op, a, b, d};
    } else return e;
}
template <int First> constexpr list<> numbered_outputs() { return {}; }
template <int First, class A, class... Rest> constexpr auto numbered_outputs(A const& a, Rest const&... rest) {
    constexpr int here = decltype(find_all<expectations>(a.expression))::count;
    auto e = numbered<First>(a.expression);
    return joined_front(assignment<decltype(a.target), decltype(e)>{a.target, e},
                        numbered_outputs<First + here>(rest...));
}

constexpr list<> all_leaves() { return {}; }
template <class A, class... Rest> constexpr auto all_leaves(A const& a, Rest const&... rest) {
    return join(find_all<output_leaves>(a.expression), all_leaves(rest...));
}

// ---- agreement of the leaves, as types ------------------------------------------------------------------------------
template <class L> using scores_type = std::remove_cvref_t<decltype(scores_of(std::declval<L const&>()))>;
template <class L> struct probability_of_leaf {
    using type = void;
};
template <class L>
    requires requires(L l) { l.p; }
struct probability_of_leaf<L> {
    using type = std::remove_cvref_t<decltype(std::declval<L>().p)>;
};
template <class A, class B>
inline constexpr bool agree = std::is_same_v<A, B> || std::is_void_v<A> || std::is_void_v<B>;

template <class H, class... T> consteval bool one_score(list<H, T...> const*) {
    return (std::is_same_v<scores_type<H>, scores_type<T>> && ...);
}
template <class... T> struct first_probability {
    using type = void;
};
template <class H, class... T> struct first_probability<H, T...> {
    using own = typename probability_of_leaf<H>::type;
    using type = std::conditional_t<std::is_void_v<own>, typename first_probability<T...>::type, own>;
};
template <class... T> consteval bool one_probability(list<T...> const*) {
    using first = typename first_probability<T...>::type;
    return (agree<first, typename probability_of_leaf<T>::type> && ...);
}

// The first leaf with probabilities decides the normaliser; logsumexp and max alone take softmax.
template <class... T> constexpr auto first_normaliser(list<T...> const& leaves) {
    if constexpr (sizeof...(T) == 0) return softmax_normaliser{};
    else if constexpr (requires { leaves.head.p; }) return normaliser_of(leaves.head.p);
    else return first_normaliser(tail_of(leaves));
}
template <class... T> constexpr auto first_values(list<T...> const& leaves) {
    if constexpr (sizeof...(T) == 0) return no_values{};
    else if constexpr (is_value_sum<std::remove_cvref_t<decltype(leaves.head)>>) return leaves.head.v;
    else return first_values(tail_of(leaves));
}

// The functions under sum(p * f), in the order of their numbers.
template <class... T> constexpr auto moments_of(list<T...> const& leaves) {
    if constexpr (sizeof...(T) == 0) return make_list();
    else if constexpr (is_expectation<std::remove_cvref_t<decltype(leaves.head)>>)
        return joined_front(leaves.head.f, moments_of(tail_of(leaves)));
    else return moments_of(tail_of(leaves));
}

template <class L> inline constexpr bool no_tensors = true;
template <class... F> inline constexpr bool no_tensors<list<F...> const> = (!has_any<epilogue_tensors, F> && ...);

template <class L> inline constexpr bool wants_entropy = false;
template <class L> inline constexpr bool wants_logsumexp = false;
template <class L> inline constexpr bool wants_maximum = false;
template <class... L> inline constexpr bool wants_entropy<list<L...>> = (is_entropy<L> || ...);
template <class... L> inline constexpr bool wants_logsumexp<list<L...>> = (is_logsumexp<L> || ...);
template <class... L> inline constexpr bool wants_maximum<list<L...>> = (is_maximum<L> || ...);

template <class... Assignments> constexpr auto make_problem(Assignments const&... assignments) {
    const auto leaves = all_leaves(assignments...);
    using leaf_list = std::remove_const_t<decltype(leaves)>;
    static_assert(
        leaf_list::count > 0,
        "fovea: nothing is reduced over keys: assign sum(p * v), logsumexp(s), max(s), entropy(p) or sum(p * f)");
    static_assert(((decltype(find_all<score_terms>(assignments.expression))::count == 0) && ...),
                  "fovea: beside outputs stand numbers and tensors of their axes, for each head one of "
                  "bhsd(1, heads, 1, 1)");
    if constexpr (leaf_list::count > 0) {
        static_assert(one_score(static_cast<leaf_list const*>(nullptr)),
                      "fovea: the assignments of one run share one score; give the second score a run of its own");
        static_assert(
            one_probability(static_cast<leaf_list const*>(nullptr)),
            "fovea: the assignments of one run share one softmax or sigmoid; give the second a run of its own");
        const auto scores = scores_of(leaves.head);
        const auto bare = bare_score(scores);
        const auto moments = moments_of(leaves);
        static_assert(decltype(find_all<masked_scores>(bare))::count == 0,
                      "fovea: where stands around a whole score: where(mask, 2 * s), not 2 * where(mask, s)");
        static_assert(decltype(find_all<epilogue_tensors>(scores))::count == 0 && no_tensors<decltype(moments)>,
                      "fovea: a tensor in a score is read as bias(tensor)");
        const auto dots = find_all<dot_products>(bare);
        using dot_list = std::remove_const_t<decltype(dots)>;
        static_assert(dot_list::count > 0, "fovea: a score needs dot(q, k) or scaled_dot(q, k) somewhere");
        if constexpr (dot_list::count > 0) {
            const auto q = dots.head.q;
            const auto k = dots.head.k;
            const auto v = first_values(leaves);
            const auto mask = mask_of_score(scores);
            const auto normaliser = first_normaliser(leaves);
            const auto outputs = numbered_outputs<0>(assignments...);
            using ops = operands<std::remove_const_t<decltype(q)>, std::remove_const_t<decltype(k)>,
                                 std::remove_const_t<decltype(v)>>;
            using sc =
                scoring<std::remove_const_t<decltype(bare)>, std::remove_const_t<decltype(mask)>,
                        std::remove_const_t<decltype(normaliser)>,
                        statistics{wants_logsumexp<leaf_list>, wants_maximum<leaf_list>, wants_entropy<leaf_list>}>;
            static_assert(std::remove_cvref_t<decltype(normaliser)>::normalised ||
                              !(wants_logsumexp<leaf_list> || wants_maximum<leaf_list>),
                          "fovea: sigmoid weights keep no maximum and no logsumexp; take those in a run of their own");
            static_assert(is_element<element_of_operand<decltype(ops::q)>> &&
                              is_element<element_of_operand<decltype(ops::k)>>,
                          "fovea: the elements of q and k are float, bf16 or fp16");
            return problem<ops, sc, std::remove_const_t<decltype(moments)>, std::remove_const_t<decltype(outputs)>>{
                {q, k, v}, {bare, mask, normaliser}, moments, outputs};
        }
    }
}

} // namespace v0_1
} // namespace fovea
