// The end of a row: totals folded over the lanes, statistics, and every assignment's epilogue written to its view.
//
//     write_row<Shape.lanes>(problem, finish_as<Normaliser>(total, sink), output_row, {batch, head, kv_head}, row);
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/engine/cpu/careful.hpp"
#include "fovea/engine/cpu/context.hpp"
#include "fovea/engine/cpu/forward.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <class Value, row_keeps Kept> row_total<Kept.moments> folded(row_state<Value, Kept> const& s) {
    row_total<Kept.moments> t;
    t.reference = s.reference;
    t.sum = t.divisor = sum_of(s.sum);
    if constexpr (Kept.sums == weight_sums::both) t.divisor = sum_of(s.divisor);
    t.fresh = s.fresh() && t.sum == 0; // scores that are all NaN raise nothing, but they are no empty row
    if constexpr (Kept.entropy) t.entropy = sum_of(s.entropy);
    if constexpr (Kept.top) t.top = max_of(s.top);
    if constexpr (Kept.moments > 0)
        for (int i = 0; i < Kept.moments; ++i) t.moments[i] = sum_of(s.moments[i]);
    return t;
}

// An epilogue's context: N channels of a row, of which `valid` exist; N = 1 for numbers that are one a row.
template <int N, int Moments> struct epilogue_context {
    at_head here;
    index row, channel, valid;
    row_result<Moments> const& result;
    float const* output; // accumulated, not yet scaled

    real_lanes<N> values() const { return load<N>(output + channel) * result.scale; }
    float logsumexp() const { return result.logsumexp; }
    float maximum() const { return result.maximum; }
    float entropy() const { return result.entropy; }
    template <int I> float expectation() const { return result.moments[I]; }
    template <class F, class... A> auto one_by_one(F f, A... a) const { return lane_by_lane<N>(valid, f, a...); }

    template <view V> real_lanes<N> tensor_element(V const& t) const {
        auto const* from = repeated_row(t, here.batch, here.head, row);
        const index stride = repeated_stride(t);
        if (stride == 1 && valid >= N) return load_as_real<N>(from + channel);
        real_lanes<N> x = splat<N>(0.f);
        for (int i = 0; i < N && i < valid; ++i) x.v[i] = from[(channel + i) * stride];
        return x;
    }
    template <class T, int M> real_lanes<M> rounded(real_lanes<M> x) const {
        array_of<T, M> stored;
        store_as<M>(stored, x);
        return load_as_real<M>(static_cast<T const*>(stored));
    }
    template <class T> float rounded(float x) const { return static_cast<float>(static_cast<T>(x)); }
};

template <int N, class T> FOVEA_COLD void store_apart(T* to, index stride, index valid, float const* x) {
    for (int i = 0; i < N && i < valid; ++i) to[i * stride] = static_cast<T>(x[i]);
}
template <int N, class T> FOVEA_HOST_DEVICE void store_some(T* to, index stride, index valid, real_lanes<N> x) {
    if (stride == 1 && valid >= N) [[likely]] {
        store_as<N>(to, x);
        return;
    }
    if (valid == 1) { // a statistic
        *to = static_cast<T>(x[0]);
        return;
    }
    array_of<float, N> apart;
    store(apart, x);
    store_apart<N>(to, stride, valid, apart);
}

template <int N, int Moments, class Problem>
void write_row(Problem const& p, row_result<Moments> const& result, float const* output, at_head here, index row) {
    each(p.outputs, [&](auto, auto const& assigned) {
        auto const& target = assigned.target;
        auto* to = target.row(here.batch, here.head, row);
        const index d = target.channels(), stride = target.layout.stride.channel;
        for (index c = 0; c < d; c += N) {
            const epilogue_context<N, Moments> context{here, row, c, d - c, result, output};
            store_some<N>(to + c * stride, stride, d - c, alike(as_real(assigned.expression(context)), splat<N>(0.f)));
        }
    });
}

// Rows of a finished tile.
template <cpu_shape Shape, class Problem, class Bound, class Scratch>
void write_tile(Problem const& p, Bound const& e, query_tile_at at, Scratch& s) {
    constexpr int moments = Bound::moment_count;
    const index padded = Shape.padded_channels(p.operand.v.channels());
    for (index r = 0; r < at.count; ++r) {
        const row_total<moments> total = folded(s.states[r]);
        const auto result = finish_as<decltype(p.scored.normaliser), Bound::wanted>(total, e.sink);
        float* output = s.output.data() + r * padded;
        write_row<Shape.lanes>(p, result, output, at.here, at.begin + r);
    }
}

} // namespace v0_1
} // namespace fovea
