// One row of a fragment of scores: score, mask, online softmax; the weights go back into the fragment.
//
//     step_row<coverage::some>(fragment, r, state[r], bound);
//
// score_fragment, required: value_type; cols (even); here(r, j), the context of element(s) (r, j) with its raw product;
// attended(r, j, m), which of them exist and hold m, the mask's value; put(r, j, a, b, sum), weights of columns j and
// j + 1 to the second product, returns sum + a + b as it takes them; across(x, op), a fold of x over everything that
// works on the row; above(x, limit), whether any of it exceeds, the same answer for all that must go on together;
// all(number), as a value; exp2(x); larger(a, b); inverse(x); place(), a small value whose rescale(r, alpha) rescales
// what was put of row r (cold).
// Optional: leave_out_missing(x), what does not exist of a row's x becomes masked_score, and whether anything did: one
// question a row where `attended` asks one an element; of_row(r), a context of the row: expressions are bound to it;
// run_of_row(r), the context of its first element, where they are neighbouring keys: masks are bound to the run;
// lowest_reference(), where scores are not kept until their row's reference is known: what it starts at, at least.
// Models: engine/cpu/fragment.hpp, engine/sm80/fragment.hpp. Law: the result does not depend on how the keys are cut
// into fragments, up to rounding.
#pragma once
#include "fovea/attend/bound.hpp"
#include "fovea/base/coverage.hpp"
#include "fovea/base/position.hpp"
#include "fovea/expr/bind_row.hpp"
#include "fovea/expr/bind_run.hpp"
#include "fovea/expr/operators.hpp"
#include "fovea/meta/list.hpp"
#include "fovea/softmax/row_state.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <class F>
concept finds_missing = requires(F const& f, typename F::value_type (&x)[F::cols]) { f.leave_out_missing(x); };

// e for row r, where the fragment has an element to bind it with.
template <class F, class E> FOVEA_HOST_DEVICE decltype(auto) bound_to_row(F const& fragment, int r, E const& e) {
    if constexpr (requires { fragment.of_row(r); }) return bind_row(e, fragment.of_row(r));
    else return (e);
}

// A mask for row r, where it is asked: by element, or once for all of a row whose keys follow one another.
template <coverage Covered, class F, class M>
FOVEA_HOST_DEVICE decltype(auto) mask_of_row(F const& fragment, int r, M const& mask) {
    if constexpr (Covered == coverage::all) return (mask);
    else if constexpr (requires { fragment.run_of_row(r); }) return bind_run(mask, fragment.run_of_row(r));
    else return bound_to_row(fragment, r, mask);
}

template <class E> inline constexpr bool is_sum = false;
template <class A, class B> inline constexpr bool is_sum<binary<plus, A, B>> = true;

// e(c) + addend: a sum from its last term to its first, products contracted. A number times the position of one element
// takes its base along, which a row has in common, and the offset, a constant, in one multiplication.
template <class E, class C, class V> FOVEA_HOST_DEVICE V value_plus(E const& e, C const& c, V addend) {
    if constexpr (E::kind == kinds::real && is_sum<E>) return value_plus(e.a, c, value_plus(e.b, c, addend));
    else if constexpr (E::kind == kinds::real && is_product<E>) {
        const auto a = e.a(c);
        const auto b = e.b(c);
        if constexpr (std::is_same_v<decltype(b), position const>) {
            const float by = as_real(a);
            return fma(by, static_cast<float>(b.offset), fma(by, static_cast<float>(b.base), addend));
        } else return fma(alike(as_real(a), addend), alike(as_real(b), addend), addend);
    } else return alike(as_real(e(c)), addend) + addend;
}

// e(c) - reference.
template <class E, class C, class V> FOVEA_HOST_DEVICE V value_below(E const& e, C const& c, V reference) {
    return value_plus(e, c, -reference);
}

// Where a row's reference starts, by the largest score that is first seen: there, or at a least one.
struct start_anywhere {
    FOVEA_HOST_DEVICE float operator()(float largest) const { return largest; }
};
struct start_at_least {
    float lowest;
    FOVEA_HOST_DEVICE float operator()(float largest) const { return max(largest, lowest); }
};

// Out of line, and given nothing of the fragment but a copy of its place: scores stay in registers around the call.
// Raises the reference of a row to its largest score, which is relative to it; returns by how much. Rows that only go
// along with others that exceed stay as they are.
template <class State, class Start, class Place>
FOVEA_SELDOM float raise_row(State& state, float largest, Start start, Place place, int r) {
    if (largest <= state.threshold()) return 0;
    const bool fresh = state.fresh(); // then nothing was put
    const float before = state.base(), up = __builtin_ceilf(largest);
    raise(state, before + (fresh ? start(up) : up));
    const float step = state.reference - before;
    if (!fresh) place.rescale(r, exp2(-step)); // not a quotient of alphas, which many steps take to 0
    return step;
}
// The same where it is relative to 0; returns the reference.
template <class State, class Place> FOVEA_SELDOM float raise_far_row(State& state, float largest, Place place, int r) {
    const float before = state.reference;
    raise(state, max(__builtin_ceilf(largest), before));
    place.rescale(r, exp2(before - state.reference));
    return state.reference;
}

// Where no second product takes weights.
struct nothing_put {
    FOVEA_HOST_DEVICE void rescale(int, float) const {}
};
template <class Bound, class F> FOVEA_HOST_DEVICE auto place_of_weights(F const& fragment) {
    if constexpr (Bound::has_values) return fragment.place();
    else return nothing_put{};
}

template <class F>
FOVEA_HOST_DEVICE typename F::value_type max_of_columns(F const&, typename F::value_type const (&x)[F::cols]) {
    auto top = x[0];
    FOVEA_UNROLL
    for (int j = 1; j < F::cols; ++j) top = F::larger(top, x[j]);
    return top;
}

// A score that exceeds its row's reference by more than this was rounded as a number of that size: 2^-19 in base 2.
inline constexpr float longest_step = 32.f;
// Where scores are not kept until their reference is known, it starts no lower: they are rounded to 2^-17 beside it.
inline constexpr float lowest_start = -128.f;
// There, beside a reference below -1e8, which is no finer than this, a score may stay above it: fp16 holds its weight.
inline constexpr float end_at_most = 15.f;

// The scores of row r, x[], and the largest of them exceed its reference: afterwards they are relative to one that they
// do not exceed. Far above it, as others are above one that stands for minus infinity, they are worked out again.
template <class F, class State, class E, class Place, class V = typename F::value_type>
FOVEA_HOST_DEVICE void lower_scores(F const& fragment, int r, State& state, E const& score, Place place,
                                    V (&x)[F::cols], V top) {
    const V masked = fragment.all(masked_score);
    constexpr bool kept = !requires { fragment.lowest_reference(); };
    float lower;
    if constexpr (!kept)
        lower =
            raise_row(state, fragment.across(top, take_max{}), start_at_least{fragment.lowest_reference()}, place, r);
    else if (fragment.above(top, state.fresh() ? infinity : longest_step)) {
        FOVEA_UNROLL
        for (int j = 0; j < F::cols; ++j)
            x[j] = select(x[j] > masked, value_below(score, fragment.here(r, j), fragment.all(0.f)), min(x[j], masked));
        lower = raise_far_row(state, fragment.across(max_of_columns(fragment, x), take_max{}), place, r);
    } else {
        const float largest = fragment.across(top, take_max{});
        if (state.fresh()) { // nothing was put: every row of a short call comes here once
            lower = __builtin_ceilf(largest);
            raise(state, lower);
        } else lower = raise_row(state, largest, start_anywhere{}, place, r);
    }
    FOVEA_UNROLL
    for (int j = 0; j < F::cols; ++j) {
        const V lowered = x[j] - lower;
        x[j] = select(x[j] > masked, kept ? lowered : min(lowered, fragment.all(end_at_most)), min(x[j], masked));
    }
}

// sum over keys of weight x f. A masked element's f, which may be anything, does not take part.
template <coverage Covered, class F, class State, class Bound, class V>
FOVEA_HOST_DEVICE void add_moments(F& fragment, int r, int j, State& state, Bound const& e, V weight) {
    const auto here = fragment.here(r, j);
    each_anywhere(e.moments, [&](auto i, auto const& f) {
        V x = alike(as_real(f(here)), weight);
        if constexpr (Covered == coverage::some)
            x = select(fragment.attended(r, j, e.mask(here)), x, fragment.all(0.f));
        V& moment = state.moments[static_cast<int>(decltype(i)::value)];
        moment = fma(weight, x, moment);
    });
}

// Which elements of (r, j) the mask m leaves, before leave_out_missing where the fragment has it.
template <class F, class M> FOVEA_HOST_DEVICE auto left_by_mask(F const& fragment, int r, int j, M m) {
    if constexpr (finds_missing<F>) return m;
    else return fragment.attended(r, j, m);
}

// Two weights to the second product, where there is one, and into the row's sums.
template <class State, class Bound, class F, class V, class Divisor>
FOVEA_HOST_DEVICE void put_weights(F& fragment, int r, int j, V const (&p)[2], V& sum, Divisor& divisor) {
    if constexpr (!Bound::has_values) sum = sum + (p[0] + p[1]);
    else if constexpr (State::keeps.sums == weight_sums::both) {
        divisor = fragment.put(r, j, p[0], p[1], divisor);
        sum = sum + (p[0] + p[1]);
    } else sum = fragment.put(r, j, p[0], p[1], sum);
}

template <coverage Covered, class F, class State, class Bound>
FOVEA_HOST_DEVICE void step_row(F& fragment, int r, State& state, Bound const& e) {
    using value = typename F::value_type;
    constexpr bool partial = Covered == coverage::some;
    value x[F::cols], top = fragment.all(masked_score);
    const value reference = fragment.all(state.reference);
    auto const& score = bound_to_row(fragment, r, e.score);
    auto const& mask = mask_of_row<Covered>(fragment, r, e.mask);
    FOVEA_UNROLL
    for (int j = 0; j < F::cols; ++j) {
        const auto here = fragment.here(r, j);
        x[j] = value_below(score, here, reference);
        if constexpr (partial)
            x[j] = select(left_by_mask(fragment, r, j, mask(here)), x[j], fragment.all(masked_score));
        top = j == 0 ? x[0] : fragment.larger(top, x[j]);
    }
    if constexpr (partial && finds_missing<F>)
        if (fragment.leave_out_missing(x)) top = max_of_columns(fragment, x);
    if (__builtin_expect(fragment.above(top, state.threshold()), 0))
        lower_scores(fragment, r, state, score, place_of_weights<Bound>(fragment), x, top);
    if constexpr (Bound::wanted.maximum) state.top = F::larger(state.top, max_of_columns(fragment, x));

    value sum = state.sum;
    auto divisor = state.divisor;
    auto entropy = state.entropy;
    FOVEA_UNROLL
    for (int j = 0; j < F::cols; j += 2) {
        const value p[2] = {fragment.exp2(x[j]), fragment.exp2(x[j + 1])};
        FOVEA_UNROLL
        for (int n = 0; n < 2; ++n) {
            if constexpr (Bound::wanted.entropy) entropy = add_weighted(p[n], x[j + n], entropy);
            if constexpr (Bound::moment_count > 0) add_moments<Covered>(fragment, r, j + n, state, e, p[n]);
        }
        put_weights<State, Bound>(fragment, r, j, p, sum, divisor);
    }
    state.sum = sum;
    state.divisor = divisor;
    state.entropy = entropy;
}

// The same for sigmoid weights, which need no reference and are not normalised.
template <coverage Covered, class F, class State, class Bound>
FOVEA_HOST_DEVICE void sigmoid_row(F& fragment, int r, State& state, Bound const& e) {
    using value = typename F::value_type;
    constexpr bool partial = Covered == coverage::some;
    auto const& score = bound_to_row(fragment, r, e.score);
    auto const& mask = mask_of_row<Covered>(fragment, r, e.mask);
    FOVEA_UNROLL
    for (int j = 0; j < F::cols; j += 2) {
        value p[2];
        for (int n = 0; n < 2; ++n) {
            const auto here = fragment.here(r, j + n);
            const value x = alike(as_real(score(here)), fragment.all(0.f));
            // exp2 of at most 126: beyond, the weight is below the least normal float
            p[n] = fragment.inverse(fragment.all(1.f) + fragment.exp2(min(-x, fragment.all(126.f))));
            if constexpr (partial) p[n] = select(fragment.attended(r, j + n, mask(here)), p[n], fragment.all(0.f));
            if constexpr (Bound::moment_count > 0) add_moments<Covered>(fragment, r, j + n, state, e, p[n]);
        }
        put_weights<State, Bound>(fragment, r, j, p, state.sum, state.divisor);
    }
}

// One row by the normaliser of its problem.
template <coverage Covered, class F, class State, class Bound>
FOVEA_HOST_DEVICE void weigh_row(F& fragment, int r, State& state, Bound const& e) {
    if constexpr (Bound::normalised) step_row<Covered>(fragment, r, state, e);
    else sigmoid_row<Covered>(fragment, r, state, e);
}

} // namespace v0_1
} // namespace fovea
