// The product of query and key, and the mask around a score.
//
//     auto s = fovea::where(fovea::causal, fovea::scaled_dot(q, k));
//
// Shapes: q (batches, heads, queries, d), k (batches, kv_heads, keys, d), heads a multiple of kv_heads. Either may
// carry a prologue: rope_halves(q, ...), rope_pairs(q, ...), scale(q, c).
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/tensor/prologue.hpp"

namespace fovea::inline v0_1 {

// The plain product of query row and key row. Engines compute it; the expression reads it from the context.
template <class Q, class K> struct dot_product {
    using is_expression = void;
    static constexpr kinds kind = kinds::real;
    static constexpr dependence depends{.score = true};
    Q q;
    K k;
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return c.score; }
};

// The sum over channels of q times k, as it is.
template <operand Q, operand K> constexpr dot_product<Q, K> dot(Q const& q, K const& k) { return {q, k}; }

// dot(q, k) * factor.
template <operand Q, operand K> constexpr auto scaled_dot(Q const& q, K const& k, float factor) {
    return dot(q, k) * factor;
}
// dot(q, k) / sqrt(head_dim).
template <operand Q, operand K> constexpr auto scaled_dot(Q const& q, K const& k) {
    return dot(q, k) * static_cast<float>(1 / __builtin_sqrt(static_cast<double>(source_of(q).channels())));
}

// A score where the mask holds; elsewhere the key is not attended: weight exactly 0, whatever the score is there.
template <class M, class S> struct masked {
    using is_expression = void;
    static constexpr kinds kind = kinds::real;
    static constexpr dependence depends = M::depends | S::depends;
    M mask;
    S score;
};

template <class S> inline constexpr bool is_masked = false;
template <class M, class S> inline constexpr bool is_masked<masked<M, S>> = true;

// The score where the mask holds. Around a masked score, both masks.
template <operand_of_operator M, class S>
    requires(expression<S> || operand<S>)
constexpr auto where(M const& mask, S const& score) {
    static_assert(lifted<M>::kind == kinds::truth,
                  "fovea: the first argument of where is a mask: compare the number first");
    static_assert(
        requires { requires S::kind == kinds::real; },
        "fovea: the second argument of where is a score, such as scaled_dot(q, k); an integer is made one by 1.f * it");
    if constexpr (is_masked<S>) return fovea::where(lift(mask) && score.mask, score.score);
    else return masked<lifted<M>, S>{lift(mask), score};
}
template <class F, class S>
    requires(!operand_of_operator<F> && (expression<S> || operand<S>))
constexpr auto where(F const&, S const&) {
    static_assert(sizeof(F) == 0,
                  "fovea: where takes a mask; one by a function of yours is apply(function, q_pos, k_pos)");
}
// As other libraries have it: where(mask, score, -infinity).
template <operand_of_operator M, class S, class Other> constexpr auto where(M const&, S const&, Other const&) {
    static_assert(sizeof(M) == 0,
                  "fovea: where takes a mask and a score; a masked key has weight 0, and no other score");
}

// The sum of a masked score and a bias is the masked sum; any other use of a masked score inside an expression is
// refused by make_problem (plan).
template <class M, class S, operand_of_operator B>
    requires(!is_masked<B>)
constexpr auto operator+(masked<M, S> const& a, B const& b) {
    return fovea::where(a.mask, a.score + b);
}
template <class M, class S, operand_of_operator B>
    requires(!is_masked<B>)
constexpr auto operator+(B const& b, masked<M, S> const& a) {
    return fovea::where(a.mask, b + a.score);
}
template <class M, class S, operand_of_operator B>
    requires(!is_masked<B>)
constexpr auto operator-(masked<M, S> const& a, B const& b) {
    return fovea::where(a.mask, a.score - b);
}

// A score taken apart: its mask (true where none was written) and what stands inside.
template <class S> constexpr auto mask_of_score(S const& s) {
    if constexpr (is_masked<S>) return s.mask;
    else return constant<bool>{true};
}
template <class S> constexpr auto bare_score(S const& s) {
    if constexpr (is_masked<S>) return s.score;
    else return s;
}

} // namespace fovea::inline v0_1
