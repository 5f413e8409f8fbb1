// What the assignments of one run share, by value: types agreed when the problem was made.
//
//     status why = refuse_disagreement(o = sum(p * v), l = logsumexp(s));
//
// One score, one pair of operands under all that is asked about a key, one sink, one v.
#pragma once
#include "fovea/base/refusal.hpp"
#include "fovea/plan/problem.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

inline constexpr char const *two_products =
                                "a run multiplies two different pairs of operands; use one dot(q, k) in its score, its "
                                "mask and its expectations",
                            *two_scores =
                                "two assignments of one run have scores with different values; give the second "
                                "score a run of its own",
                            *two_sinks = "two softmaxes of one run have sinks with different values; give the second "
                                         "a run of its own",
                            *two_values = "two assignments of one run sum different values; give the second v a run of "
                                          "its own";

// Whether every product in e is this one.
template <class E, class Dot> bool multiplies_only(E const& e, Dot const& dot) {
    bool only = true;
    each(find_all<dot_products>(e), [&](auto, auto const& found) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(found)>, Dot>) only = only && same(found, dot);
        else only = false;
    });
    return only;
}

template <class... Assignments> status refuse_disagreement(Assignments const&... assignments) {
    const auto leaves = all_leaves(assignments...);
    const auto normaliser = first_normaliser(leaves);
    auto const& scores = scores_of(leaves.head);
    const auto dot = find_all<dot_products>(bare_score(scores)).head;
    char const* why = multiplies_only(scores, dot) ? nullptr : two_products;
    each(leaves, [&](auto, auto const& leaf) {
        using leaf_type = std::remove_cvref_t<decltype(leaf)>;
        if (!same(scores_of(leaf), scores)) why = two_scores;
        else if constexpr (requires { leaf.p; })
            if (!same(normaliser_of(leaf.p).sink, normaliser.sink)) why = two_sinks;
        if constexpr (is_expectation<leaf_type>)
            if (!multiplies_only(leaf.f, dot)) why = two_products;
        if constexpr (is_value_sum<leaf_type>) {
            const auto v = first_values(leaves);
            if constexpr (std::is_same_v<std::remove_const_t<decltype(v)>, decltype(leaf.v)>) {
                if (!same(leaf.v, v)) why = two_values;
            } else why = two_values;
        }
    });
    return why ? status({why}) : status();
}

} // namespace v0_1
} // namespace fovea
