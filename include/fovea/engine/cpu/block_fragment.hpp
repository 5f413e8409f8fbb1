// The fragment of decoding: one row's scores of a block of keys, in memory.
//
//     block_fragment<Shape, Terms> fragment{where, query, first_query, first_key, key, valid, scores};
//     step_row<coverage::some>(fragment, 0, state, bound);       // scores[] are weights now
#pragma once
#include "fovea/engine/cpu/decode_products.hpp"
#include "fovea/engine/cpu/fragment.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <cpu_shape Shape, exp2_terms Terms> struct block_fragment {
    static constexpr int N = Shape.lanes, cols = decode_block / N;
    using value_type = real_lanes<N>;

    at_head where;
    index query, first_query, first_key;
    index key, valid; // first key of the block; keys that exist
    float* scores;

    FOVEA_HOST_DEVICE lane_context<N> here(int, int j) const {
        const index at = j * N;
        return {where.batch,
                where.head,
                where.kv_head,
                query,
                {key, iota<N>() + j * N},
                first_query,
                first_key,
                load<N>(scores + at),
                valid - at,
                0,
                0};
    }
    template <class M> FOVEA_HOST_DEVICE lane_mask<N> attended(int, int j, M m) const {
        return iota<N>() + j * N < splat<N>(static_cast<std::int32_t>(valid)) && as_mask<N>(m);
    }
    FOVEA_HOST_DEVICE static value_type all(float x) { return splat<N>(x); }
    FOVEA_HOST_DEVICE static value_type exp2(value_type x) { return fovea::exp2<Terms>(x); }
    FOVEA_HOST_DEVICE static value_type larger(value_type a, value_type b) { return max(a, b); }
    FOVEA_HOST_DEVICE static value_type inverse(value_type x) { return all(1.f) / x; }
    FOVEA_HOST_DEVICE static bool above(value_type x, float limit) { return any_greater(x, splat<N>(limit)); }
    template <class Op> FOVEA_HOST_DEVICE static float across(value_type x, Op op) { return fold(x, op); }
    // Weights take the place of scores: those of pairs end where the scores that are still to come begin.
    FOVEA_HOST_DEVICE value_type put(int, int j, value_type a, value_type b, value_type sum) const {
        return put_words<Shape>(weights() + Shape.words(j * N), a, b, sum);
    }
    FOVEA_HOST_DEVICE word* weights() const { return reinterpret_cast<word*>(scores); }
    FOVEA_HOST_DEVICE nothing_put place() const { return {}; } // no weights of this row are waiting
};

} // namespace v0_1
} // namespace fovea
