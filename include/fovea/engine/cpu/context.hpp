// What an expression is called with: N neighbouring keys of one query (lanes), or one element (point).
//
//     lane_context<8> c{...};      score(c), mask(c)
//     element_context e{...};      score(e), mask(e)
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/expr/apply.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/machine/simd/elementary.hpp"
#include "fovea/machine/simd/position_lanes.hpp"
#include "fovea/tensor/repeated.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct element_context {
    index batch, head, kv_head, query, key;
    index first_query, first_key;
    float score;

    template <view V> float read_bias(V const& t, index row, index column) const {
        return repeated_row(t, batch, head, row)[column * repeated_stride(t)];
    }
};

// Lane i of a value that may be one number for all.
template <class T> FOVEA_HOST_DEVICE auto lane(T const& x, int i) {
    if constexpr (std::is_arithmetic_v<T>) return x;
    else return static_cast<std::remove_cvref_t<decltype(x.v[i])>>(x.v[i]);
}
template <int N> FOVEA_HOST_DEVICE index lane(position_lanes<N> const& x, int i) {
    return wrapped_sum(x.base, x.offset.v[i]);
}
template <int N> FOVEA_HOST_DEVICE bool lane(lane_mask<N> const& x, int i) { return x[i]; }

// f of the first `valid` lanes, for functors that take one number. Through an array: a vector that is written lane by
// lane goes to memory and back for each of them.
template <int N, class F, class... A> auto lane_by_lane(index valid, F f, A... a) {
    using result = std::invoke_result_t<F, decltype(lane(a, 0))...>;
    constexpr bool truth = std::is_same_v<result, bool>;
    const int count = valid < N ? static_cast<int>(valid) : N;
    array_of<std::conditional_t<truth, std::int32_t, result>, N> x = {};
    for (int i = 0; i < count; ++i) {
        if constexpr (truth) x[i] = f(lane(a, i)...) ? -1 : 0;
        else x[i] = f(lane(a, i)...);
    }
    if constexpr (truth) return mask_of(load<N>(x));
    else return load<N>(x);
}

// valid: how many of the lanes are keys of the call; the rest is never read from memory or given to a user's functor.
template <int N> struct lane_context {
    index batch, head, kv_head, query;
    position_lanes<N> key;
    index first_query, first_key;
    real_lanes<N> score;
    index valid;
    index difference_at, key_at; // where this query's and these keys' values stand in the strips

    template <class T> FOVEA_HOST_DEVICE auto strip_by_difference(T const* values) const {
        return entries_at(values + difference_at);
    }
    template <class T> FOVEA_HOST_DEVICE auto strip_by_key(T const* values) const {
        return entries_at(values + key_at);
    }
    // Of a run that begins where this row's offsets do.
    FOVEA_HOST_DEVICE lane_mask<N> of_run(std::uint64_t bits) const { return mask_of_bits<N>(bits >> key.offset.v[0]); }
    FOVEA_HOST_DEVICE static real_lanes<N> entries_at(float const* p) { return load<N>(p); }
    FOVEA_HOST_DEVICE static wide_lanes<N> entries_at(index const* p) { return load<N>(p); }
    FOVEA_HOST_DEVICE static lane_mask<N> entries_at(std::int32_t const* p) { return mask_of(load<N>(p)); }

    template <class F, class... A> auto one_by_one(F f, A... a) const { return lane_by_lane<N>(valid, f, a...); }
    template <class T, class I, class J> auto gather(table_view<T> t, I row, J column) const {
        return one_by_one([t](index i, index j) { return entry_at(t, i, j); }, row, column);
    }
    template <view V, class Column> real_lanes<N> read_bias(V const& t, index row, Column column) const {
        auto const* from = repeated_row(t, batch, head, row);
        const index stride = repeated_stride(t);
        if (stride == 1 && valid >= N) return load_as_real<N>(from + lane(column, 0));
        return one_by_one([from, stride](index j) { return static_cast<float>(from[j * stride]); }, column);
    }
};

} // namespace v0_1
} // namespace fovea
