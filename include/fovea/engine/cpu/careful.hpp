// The rare end of a row whose output is not finite: 0 x NaN from a masked key must not reach it, an attended NaN must.
//
//     mend_row<8>(problem, bound, readers, here, row, reference, sum, output)
//
// A finite row costs one check. Otherwise, unless the scores themselves were not finite, the row is summed again over its
// attended keys alone, one key at a time.
#pragma once
#include "fovea/attend/bound.hpp"
#include "fovea/base/coverage.hpp"
#include "fovea/engine/cpu/context.hpp"
#include "fovea/engine/cpu/row_reader.hpp"

namespace fovea {

// The operands of a problem, prepared once a run.
template <class Problem> struct prepared_operands {
    using q_type = decltype(decltype(Problem::operand)::q);
    using k_type = decltype(decltype(Problem::operand)::k);
    prepared<q_type> q;
    prepared<k_type> k;
    explicit prepared_operands(Problem const& p) : q(p.operand.q), k(p.operand.k) {}
};

// Whether n numbers, padded with finite ones to whole vectors, are all finite.
template <int N> bool all_finite(float const* x, index n) {
    auto total = splat<N>(0.f);
    for (index c = 0; c < n; c += N) total = fma(load<N>(x + c), 0.f, total); // NaN for an infinity or a NaN
    const float sum = sum_of(total);
    return sum == sum;
}

template <int N, class Problem, class Bound>
FOVEA_COLD void resum_row(Problem const& p, Bound const& e, prepared_operands<Problem> const& readers, at_head here,
                          index row, float reference, float* output) {
    using q_type = typename prepared_operands<Problem>::q_type;
    using k_type = typename prepared_operands<Problem>::k_type;
    auto const& k = p.k();
    const index d = p.q().channels(), n = p.operand.v.channels();
    buffer<float> q(round_up(d, index{16})), key(round_up(d, index{16})), value(round_up(n, index{16}));
    row_reader<q_type, N> queries(readers.q, here.batch, here.head);
    row_reader<k_type, N> keys(readers.k, here.batch, here.kv_head);
    const prepared plain_values(p.operand.v);
    row_reader<decltype(p.operand.v), N> values(plain_values, here.batch, here.kv_head);
    queries.read(row, q.data());
    for (index c = 0; c < n; ++c) output[c] = 0;
    for (index j = 0; j < k.positions(); ++j) {
        element_context at{here.batch,  here.head,   here.kv_head, p.q().first + row,
                           k.first + j, p.q().first, k.first,      0};
        if (!e.mask(at)) continue;
        keys.read(j, key.data());
        for (index c = 0; c < d; ++c) at.score += q[c] * key[c];
        const float score = as_real(e.score(at));
        const float weight = Problem::normalised ? exp2(score - reference) : 1 / (1 + exp2(-score));
        values.read(j, value.data());
        for (index c = 0; c < n; ++c) output[c] += weight * value[c];
    }
}

template <int N, class Problem, class Bound>
void mend_row(Problem const& p, Bound const& e, prepared_operands<Problem> const& readers, at_head here, index row,
              float reference, float sum, float* output) {
    if (__builtin_expect(all_finite<N>(output, p.operand.v.channels()), 1)) return;
    if (sum - sum == 0) resum_row<N>(p, e, readers, here, row, reference, output);
}

} // namespace fovea
