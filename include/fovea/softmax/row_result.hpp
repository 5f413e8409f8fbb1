// A row's state folded to numbers, the merge of two such states over disjoint keys, and the end of a row.
//
//     row_total a = ..., b = ...;   merge_scales w = merge(a, b);   out = w.joined(a_out, b_out);      // a: of both
//
// Laws: merging is neutral with an empty row, and gives what one pass over all keys would, up to rounding.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/softmax/row_state.hpp"
#include "fovea/softmax/statistics.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// divisor: what outputs are divided by, which is sum unless both are kept.
template <int Moments> struct row_total {
    float reference = 0, sum = 0, divisor = 0, entropy = 0, top = masked_score;
    bool fresh = true;
    array_of<float, Moments == 0 ? 1 : Moments> moments = {};
};

struct merge_scales {
    float first, second;
    bool only_second = false; // the first had no key: what it accumulated may be anything
    // What was accumulated of both; a NaN of either stays, however small its weight is by now.
    template <class V> FOVEA_HOST_DEVICE V joined(V a, V b) const {
        return only_second ? b * second : fma(b, second, a * first);
    }
};

// a becomes the total of both; the factors are for outputs accumulated relative to the two old references.
template <int Moments> FOVEA_HOST_DEVICE merge_scales merge(row_total<Moments>& a, row_total<Moments> const& b) {
    if (b.fresh) return {1.f, 0.f};
    if (a.fresh) {
        a = b;
        return {0.f, 1.f, true};
    }
    const float reference = max(a.reference, b.reference);
    const float up_a = reference - a.reference, up_b = reference - b.reference;
    const merge_scales scale{exp2(-up_a), exp2(-up_b)};
    a.entropy = a.entropy * scale.first - a.sum * (up_a * scale.first) +
                (b.entropy * scale.second - b.sum * (up_b * scale.second));
    a.sum = a.sum * scale.first + b.sum * scale.second;
    a.divisor = a.divisor * scale.first + b.divisor * scale.second;
    a.top = max(a.top - up_a, b.top - up_b);
    for (int i = 0; i < Moments; ++i) a.moments[i] = a.moments[i] * scale.first + b.moments[i] * scale.second;
    a.reference = reference;
    return scale;
}

// Totals of weights that are not normalised simply add up.
template <int Moments> FOVEA_HOST_DEVICE void add(row_total<Moments>& a, row_total<Moments> const& b) {
    a.sum += b.sum;
    a.divisor += b.divisor;
    for (int i = 0; i < Moments; ++i) a.moments[i] += b.moments[i];
}

// Of pieces of a row, by the normaliser of their weights.
template <class Normaliser, int Moments>
FOVEA_HOST_DEVICE merge_scales merge_pieces(row_total<Moments>& a, row_total<Moments> const& b) {
    if constexpr (Normaliser::normalised) return merge(a, b);
    else {
        add(a, b);
        return {1.f, 1.f};
    }
}

// What a finished row writes. scale is the factor from the accumulated to the normalised output.
template <int Moments> struct row_result {
    float scale, logsumexp, maximum, entropy;
    array_of<float, Moments == 0 ? 1 : Moments> moments;
};

// sink: a logit in base 2 that joins the denominator, or -inf for none.
// Empty: scale 0, logsumexp and maximum -inf, entropy 0. A NaN sum stays NaN. What is not wanted may be 0: a logarithm
// a row is a twentieth of a short sequence's time.
template <statistics Wanted, int Moments>
FOVEA_HOST_DEVICE row_result<Moments> finish(row_total<Moments> const& t, float sink) {
    constexpr bool entropy = Wanted.entropy, logsumexp = Wanted.logsumexp;
    row_result<Moments> r{};
    const bool any = !(t.sum == 0); // not `sum > 0`: NaN must propagate
    float denominator = t.sum, divisor = t.divisor, shrink = 1;
    float log2_denominator = 0;
    if (any) {
        if (sink != -infinity) { // a NaN sink spoils its rows, as a NaN score does
            if (sink == infinity) sink = -masked_score; // the greatest float
            const float reference = max(t.reference, __builtin_ceilf(sink));
            shrink = exp2(t.reference - reference);
            const float of_sink = exp2(sink - reference);
            denominator = t.sum * shrink + of_sink;
            divisor = t.divisor * shrink + of_sink;
            if constexpr (entropy) log2_denominator = log2(denominator) + (reference - t.reference);
        } else if constexpr (entropy) log2_denominator = log2(denominator);
    }
    r.scale = any ? shrink / divisor : 0.f;
    const float share = any ? shrink / denominator : 0.f; // from weights to probabilities
    if constexpr (logsumexp) r.logsumexp = any ? (t.reference + log2(t.sum)) * ln_2 : -infinity;
    if constexpr (Wanted.maximum) {
        // a NaN sum comes from a NaN score, or from an infinite one, which is then the reference
        const bool finite = t.sum - t.sum == 0;
        r.maximum = !any                      ? -infinity
                    : finite                  ? (t.reference + t.top) * ln_2
                    : t.reference == infinity ? infinity
                                              : t.sum;
    }
    if constexpr (entropy) r.entropy = any ? (log2_denominator * share * t.sum - t.entropy * share) * ln_2 : 0.f;
    for (int i = 0; i < Moments; ++i) r.moments[i] = any ? t.moments[i] * share : 0.f;
    return r;
}
// No default above: nvcc would spell it in a way that clang does not read.
template <int Moments> FOVEA_HOST_DEVICE row_result<Moments> finish(row_total<Moments> const& t, float sink) {
    return finish<every_statistic>(t, sink);
}

// Weights that are not normalised leave as they were summed.
template <int Moments> FOVEA_HOST_DEVICE row_result<Moments> finish_unnormalised(row_total<Moments> const& t) {
    row_result<Moments> r{};
    r.scale = 1;
    r.logsumexp = r.maximum = -infinity;
    for (int i = 0; i < Moments; ++i) r.moments[i] = t.moments[i];
    return r;
}

template <class Normaliser, statistics Wanted, int Moments>
FOVEA_HOST_DEVICE row_result<Moments> finish_as(row_total<Moments> const& t, float sink) {
    if constexpr (Normaliser::normalised) return finish<Wanted>(t, sink);
    else return finish_unnormalised(t);
}

} // namespace v0_1
} // namespace fovea
