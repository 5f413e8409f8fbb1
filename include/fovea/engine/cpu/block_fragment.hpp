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
    static constexpr int lanes = Shape.lanes, cols = decode_block / lanes;
    using value_type = real_lanes<lanes>;

    at_head where;
    index query, first_query, first_key;
    index key, valid; // first key of the block; keys that exist
    float* scores;

    FOVEA_HOST_DEVICE lane_context<lanes> here(int, int j) const {
        const index at = j * lanes;
        return {where.batch,
                where.head,
                where.kv_head,
                query,
                {key, iota<lanes>() + j * lanes},
                first_query,
                first_key,
                load<lanes>(scores + at),
                valid - at,
                0,
                0};
    }
    element_context element() const { // the first
        return {where.batch, where.head, where.kv_head, query, key, first_query, first_key, scores[0]};
    }
    template <class M> FOVEA_HOST_DEVICE lane_mask<lanes> attended(int, int j, M m) const {
        return iota<lanes>() + j * lanes < splat<lanes>(static_cast<std::int32_t>(valid)) && as_mask<lanes>(m);
    }
    FOVEA_HOST_DEVICE static value_type all(float x) { return splat<lanes>(x); }
    FOVEA_HOST_DEVICE static value_type exp2(value_type x) { return fovea::exp2<Terms>(x); }
    FOVEA_HOST_DEVICE static value_type larger(value_type a, value_type b) { return max(a, b); }
    FOVEA_HOST_DEVICE static value_type inverse(value_type x) { return all(1.f) / x; }
    FOVEA_HOST_DEVICE static bool above(value_type x, float limit) { return any_greater(x, splat<lanes>(limit)); }
    template <class Op> FOVEA_HOST_DEVICE static float across(value_type x, Op op) { return fold(x, op); }
    // Weights take the place of scores: those of pairs end where the scores that are still to come begin.
    FOVEA_HOST_DEVICE value_type put(int, int j, value_type a, value_type b, value_type sum) const {
        return put_words<Shape>(weights() + Shape.words(j * lanes), a, b, sum);
    }
    FOVEA_HOST_DEVICE word* weights() const { return reinterpret_cast<word*>(scores); }
    FOVEA_HOST_DEVICE nothing_put place() const { return {}; } // no weights of this row are waiting
};

} // namespace v0_1
} // namespace fovea
