// What tests call an expression with: one element, lanes of keys or of queries, a tile.
//
//     mask(tests::element{.query = 3, .key = 5})      score(tests::tile{.query = {0, 7}, .key = {8, 15}})
//
// Written apart from the engines' own contexts, so that the two can disagree.
#pragma once
#include <fovea/expr/apply.hpp>
#include <fovea/expr/table.hpp>
#include <fovea/expr/terms.hpp>
#include <fovea/machine/simd/elementary.hpp>
#include <fovea/machine/simd/position_lanes.hpp>
#include <fovea/tensor/strided.hpp>

namespace tests {

using fovea::index_range;

template <class V>
float bias_element(V const& t, std::int64_t batch, std::int64_t head, std::int64_t row, std::int64_t column) {
    return t.at(t.batches() == 1 ? 0 : batch, t.heads() == 1 ? 0 : head, t.positions() == 1 ? 0 : row,
                t.channels() == 1 ? 0 : column);
}

struct element {
    std::int64_t batch = 0, head = 0, kv_head = 0, query = 0, key = 0, first_query = 0, first_key = 0;
    float score = 0;

    template <class V> float read_bias(V const& t, std::int64_t row, std::int64_t column) const {
        return bias_element(t, batch, head, row, column);
    }
};

// The i-th of a run of keys.
struct element_of_run : element {
    std::int64_t i;
    bool of_run(std::uint64_t bits) const { return (bits >> i & 1) != 0; }
};

struct tile {
    std::int64_t batch = 0, head = 0, kv_head = 0;
    index_range query{}, key{};
    std::int64_t first_query = 0, first_key = 0;
    fovea::bounds score = fovea::any_score;
};

// Lane i of a value that may be one number for all lanes.
inline bool lane_of(bool x, int) { return x; }
inline float lane_of(float x, int) { return x; }
inline std::int64_t lane_of(std::int64_t x, int) { return x; }
template <int N> bool lane_of(fovea::lane_mask<N> x, int i) { return x[i]; }
template <int N> float lane_of(fovea::real_lanes<N> x, int i) { return x.v[i]; }
template <int N> std::int64_t lane_of(fovea::wide_lanes<N> x, int i) { return x.v[i]; }
template <int N> std::int64_t lane_of(fovea::position_lanes<N> x, int i) {
    return fovea::wrapped_sum(x.base, x.offset.v[i]);
}

// Query and Key: std::int64_t or position_lanes<N>.
template <int N, class Query, class Key> struct lanes_of_elements {
    std::int64_t batch, head, kv_head;
    Query query;
    Key key;
    std::int64_t first_query, first_key;
    fovea::real_lanes<N> score;

    template <class F, class... A> auto one_by_one(F f, A... a) const {
        using result = std::invoke_result_t<F, decltype(lane_of(a, 0))...>;
        if constexpr (std::is_same_v<result, bool>) {
            auto m = fovea::splat<N>(std::int32_t{0});
            for (int i = 0; i < N; ++i) m.v[i] = f(lane_of(a, i)...) ? -1 : 0;
            return fovea::mask_of<N>(m.v);
        } else {
            auto x = fovea::splat<N>(result{});
            for (int i = 0; i < N; ++i) x.v[i] = f(lane_of(a, i)...);
            return x;
        }
    }
    template <class T, class I, class J> auto gather(fovea::table_view<T> t, I row, J column) const {
        return one_by_one([t](std::int64_t i, std::int64_t j) { return fovea::entry_at(t, i, j); }, row, column);
    }
    template <class V, class I, class J> auto read_bias(V const& t, I row, J column) const {
        return one_by_one([&](std::int64_t i, std::int64_t j) { return bias_element(t, batch, head, i, j); }, row,
                          column);
    }
};

} // namespace tests
