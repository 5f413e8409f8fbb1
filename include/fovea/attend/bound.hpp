// A problem's score, mask and moments bound to one attention head, the score in base 2.
//
//     auto here = bind_problem(problem, {batch, head, kv_head}, store);   // store: strip_store, or no_strips{}
#pragma once
#include "fovea/expr/assume.hpp"
#include "fovea/expr/bind.hpp"
#include "fovea/expr/find.hpp"
#include "fovea/expr/powers.hpp"
#include "fovea/expr/refer.hpp"
#include "fovea/expr/rescale.hpp"
#include "fovea/expr/settle.hpp"
#include "fovea/meta/list.hpp"
#include "fovea/softmax/row_state.hpp"
#include "fovea/softmax/statistics.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <class Score, class Mask, class Moments, class Problem> struct bound_problem {
    static constexpr statistics wanted = decltype(Problem::scored)::wanted;
    static constexpr int moment_count = Moments::count;
    static constexpr bool has_values = Problem::has_values;
    // Whether numbers beside the output are made of the weights.
    static constexpr bool weights_observed = wanted.logsumexp || wanted.entropy || moment_count > 0;
    static constexpr bool normalised = Problem::normalised;
    Score score; // base 2: natural units times log2(e)
    Mask mask;
    Moments moments;
    float sink; // base 2; -inf for none
};

// The same where the score's lookups settle: they are numbers, read at an element of the row. Nothing moves where there
// are none.
template <class Score, class Mask, class Moments, class Problem, class C>
FOVEA_HOST_DEVICE decltype(auto) settled(bound_problem<Score, Mask, Moments, Problem> const& e, C const& here) {
    if constexpr (has_settling<Score>) {
        auto score = settled(e.score, here);
        return bound_problem<decltype(score), Mask, Moments, Problem>{score, e.mask, e.moments, e.sink};
    } else return (e);
}

// How the second product takes weights, and what a row keeps of them then. summed: rounded, and it sums them too.
enum class weights_taken : int { as_they_are, rounded, summed };
template <class Bound> consteval row_keeps kept_by(weights_taken how) {
    const bool differ = how != weights_taken::as_they_are && Bound::has_values && Bound::normalised;
    return {differ && Bound::weights_observed ? weight_sums::both : weight_sums::one, Bound::moment_count,
            Bound::wanted.entropy, Bound::wanted.maximum, how == weights_taken::summed && Bound::has_values};
}

// Strips are kept for score and mask; moments are seldom.
template <class Problem> using base_2_score = decltype(multiplied(std::declval<Problem const&>().scored.score, log2_e));
template <class Problem>
inline constexpr int strips_needed =
    strip_count<base_2_score<Problem>>() +
    strip_count<std::remove_cvref_t<decltype(std::declval<Problem const&>().scored.mask)>>();

// No strips, and a score in powers of two: for kernels.
struct by_powers : no_strips {};
template <class Store> using strips_of = std::conditional_t<std::is_same_v<Store, by_powers>, no_strips, Store>;
template <class Store, class E> FOVEA_HOST_DEVICE constexpr auto score_for(E const& e) {
    if constexpr (std::is_same_v<Store, by_powers>) return in_powers(e);
    else return factor_joiner{}(e);
}

template <class Problem, class Store>
FOVEA_HOST_DEVICE auto bind_problem(Problem const& p, at_head here, Store store) {
    const auto base_2 = multiplied(referring(p.scored.score), log2_e);
    binder<strips_of<Store>> binder_here{here, &store};
    auto score = score_for<Store>(binder_here(base_2));
    auto mask = binder_here(asked_once(referring(p.scored.mask)));
    auto moments = transformed(p.moments, binder<no_strips>{here, nullptr});
    float sink = -infinity;
    if constexpr (decltype(p.scored.normaliser)::has_sink) sink = as_real(p.scored.normaliser.sink(here)) * log2_e;
    return bound_problem<decltype(score), decltype(mask), decltype(moments), Problem>{score, mask, moments, sink};
}

} // namespace v0_1
} // namespace fovea
