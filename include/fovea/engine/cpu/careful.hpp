// The rare end of a row whose output is not finite although its weights are: 0 x NaN from the value of a masked key
// must not reach it by a bit, the value of an attended one must.
//
//     if (spoiled<N>(output, channels, sum)) ...       of a row; clean data pays for all_finite alone
//
// A spoiled tile is computed again with every non-finite value read as 0, which gives the bits that clean data would;
// to rows that attend such a key what it holds that is not finite is then added, and their other channels keep theirs.
#pragma once
#include "fovea/attend/bound.hpp"
#include "fovea/base/coverage.hpp"
#include "fovea/engine/cpu/context.hpp"
#include "fovea/engine/cpu/row_reader.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Whether n numbers, padded with finite ones to whole vectors, are all finite.
template <int N> bool all_finite(float const* x, index n) {
    const auto zero = splat<N>(0.f);
    real_lanes<N> totals[4] = {zero, zero, zero, zero}; // of which none waits for the last addition
    index c = 0;
    for (; c + 4 * N <= n; c += 4 * N)
        for (int i = 0; i < 4; ++i) totals[i] = fma(load<N>(x + c + i * N), zero, totals[i]); // NaN for infinities too
    for (; c < n; c += N) totals[0] = fma(load<N>(x + c), zero, totals[0]);
    const float sum = sum_of((totals[0] + totals[1]) + (totals[2] + totals[3]));
    return sum == sum;
}

// How values are read: as they are, or with 0 for what is not finite.
enum class values_read { as_they_are, finite };

template <int N> bool spoiled(float const* output, index channels, float sum) {
    return __builtin_expect(!all_finite<N>(output, channels), 0) && sum - sum == 0;
}

inline void clear_non_finite(float* row, index n) {
    for (index c = 0; c < n; ++c)
        if (!(row[c] - row[c] == 0)) row[c] = 0;
}

// The keys of one (batch, kv head) whose values are not all finite.
template <int N, class Problem> class non_finite_keys {
public:
    non_finite_keys(Problem const& p, at_head here) : found_(p.k().positions()) {
        const prepared values(p.operand.v);
        row_reader<decltype(p.operand.v), N> reader(values, here.batch, here.kv_head);
        const index n = p.operand.v.channels();
        buffer<float> row(round_up(n, index{16}));
        for (index c = n; c < row.size(); ++c) row[c] = 0;
        for (index j = 0; j < p.k().positions(); ++j) {
            reader.read(j, row.data());
            if (!all_finite<N>(row.data(), n)) found_[count_++] = j;
        }
    }
    // To a mended row what its attended keys hold that is not finite. What weighs it is 0 or above, and changes nothing
    // but at a score of -infinity: 0 x infinity is NaN.
    template <class Bound>
    void add_to(Problem const& p, Bound const& e, prepared_operands<Problem> const& readers, at_head here, index row,
                float* output) const {
        const index d = p.q().channels(), n = p.operand.v.channels();
        buffer<float> q(round_up(d, index{16})), key(round_up(d, index{16})), value(round_up(n, index{16}));
        row_reader<typename prepared_operands<Problem>::q_type, N> queries(readers.q, here.batch, here.head);
        row_reader<typename prepared_operands<Problem>::k_type, N> keys(readers.k, here.batch, here.kv_head);
        const prepared plain_values(p.operand.v);
        row_reader<decltype(p.operand.v), N> values(plain_values, here.batch, here.kv_head);
        queries.read(row, q.data());
        for (index i = 0; i < count_; ++i) {
            const index j = found_[i];
            element_context at{here.batch,      here.head,   here.kv_head, p.q().first + row,
                               p.k().first + j, p.q().first, p.k().first,  0};
            keys.read(j, key.data());
            for (index c = 0; c < d; ++c) at.score += q[c] * key[c];
            if (!e.mask(at)) continue; // after the product, which a mask may compare
            const float weight = as_real(e.score(at)) == -infinity ? 0.f : 1.f;
            values.read(j, value.data());
            for (index c = 0; c < n; ++c)
                if (!(value[c] - value[c] == 0)) output[c] += weight * value[c];
        }
    }

private:
    buffer<index> found_;
    index count_ = 0;
};

} // namespace v0_1
} // namespace fovea
