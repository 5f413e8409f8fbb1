// The fragment of decoding: one row's scores of a block of keys, in memory, in steps of up to 16 vectors.
//
//     block_fragment<Shape, Terms> fragment{where, query, first_query, first_key, key, valid, scores};
//     for (; fragment.first < decode_block; fragment.first += fragment.keys)
//         step_row<coverage::some>(fragment, 0, state, bound);       // scores[] are weights now
#pragma once
#include "fovea/engine/cpu/decode_products.hpp"
#include "fovea/engine/cpu/fragment.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <cpu_shape Shape, exp2_terms Terms> struct block_fragment {
    static constexpr int lanes = Shape.lanes, vectors = decode_block / lanes;
    static constexpr int cols = vectors < 16 ? vectors : 16, keys = cols * lanes;
    using value_type = real_lanes<lanes>;

    at_head where;
    index query, first_query, first_key;
    index key, valid; // first key of the block; keys that exist
    float* scores;
    index first = 0; // of the step's keys

    FOVEA_HOST_DEVICE lane_context<lanes> here(int, int j) const {
        const index at = first + j * lanes;
        return {where.batch,
                where.head,
                where.kv_head,
                query,
                {key + first, iota<lanes>() + j * lanes},
                first_query,
                first_key,
                load<lanes>(scores + at),
                valid - at,
                0,
                0};
    }
    element_context element() const { // the block's first
        return {where.batch, where.head, where.kv_head, query, key, first_query, first_key, scores[0]};
    }
    template <class M> FOVEA_HOST_DEVICE lane_mask<lanes> attended(int, int j, M m) const {
        const auto exist = iota<lanes>() + j * lanes < splat<lanes>(static_cast<std::int32_t>(valid - first));
        return exist && as_mask<lanes>(m);
    }
    FOVEA_HOST_DEVICE static value_type all(float x) { return splat<lanes>(x); }
    FOVEA_HOST_DEVICE static value_type exp2(value_type x) { return fovea::exp2<Terms>(x); }
    FOVEA_HOST_DEVICE static value_type larger(value_type a, value_type b) { return max(a, b); }
    FOVEA_HOST_DEVICE static value_type inverse(value_type x) { return all(1.f) / x; }
    FOVEA_HOST_DEVICE static bool above(value_type x, float limit) { return any_greater(x, splat<lanes>(limit)); }
    template <class Op> FOVEA_HOST_DEVICE static float across(value_type x, Op op) { return fold(x, op); }
    // Weights take the place of scores: those of pairs end where the scores that are still to come begin.
    FOVEA_HOST_DEVICE value_type put(int, int j, value_type a, value_type b, value_type sum) const {
        return put_words<Shape>(weights() + Shape.words(first + j * lanes), a, b, sum);
    }
    FOVEA_HOST_DEVICE word* weights() const { return reinterpret_cast<word*>(scores); }
    // Weights of this row that wait: those of the steps before.
    FOVEA_HOST_DEVICE auto place() const {
        if constexpr (cols == vectors) return nothing_put{};
        else return weight_place<Shape>{weights(), 0, 0, first};
    }
};

} // namespace v0_1
} // namespace fovea
