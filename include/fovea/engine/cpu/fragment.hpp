// The CPU's score fragment: a micro-tile of scores in memory, keys along the lanes.
//
//     vector 0: keys 0..N-1 of row 0 | keys 0..N-1 of row 1 | ...      vector 1: keys N..2N-1 of row 0 | ...
//
// One row is worked on by one thread alone, its vectors in registers.
// Weights leave into the tile's weight buffer: row r, words of the keys it covers.
#pragma once

#include "fovea/attend/step.hpp"
#include "fovea/engine/cpu/context.hpp"
#include "fovea/engine/cpu/multiply.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Where a key tile lies and where its weights go. Columns are counted from the tile's first key.
struct tile_frame {
    index batch, head, kv_head;
    index first_query, first_key; // of the call
    index query, last_query;      // first and last row of this query tile
    index key, valid_keys;        // first key of this key tile, how many of its columns exist
    bool leftwards; // its panels are taken from the last to the first
    word* weights; // rows of Shape.weight_words()
};

// For weights that are only rounded to 16 bits, a polynomial of degree 3 is already far below that.
template <cpu_shape Shape, class Bound>
inline constexpr exp2_terms weight_terms{Shape.pairs() && !Bound::weights_observed ? 3 : 5};

template <cpu_shape Shape, class Bound>
using row_state_for = row_state<real_lanes<Shape.lanes>,
                                kept_by<Bound>(Shape.pairs() ? weights_taken::rounded : weights_taken::as_they_are)>;

// Two vectors of neighbouring keys' weights to their words; returns sum + a + b, as the second product takes them.
template <cpu_shape Shape, int N>
FOVEA_HOST_DEVICE real_lanes<N> put_words(word* to, real_lanes<N> a, real_lanes<N> b, real_lanes<N> sum) {
    if constexpr (Shape.pairs()) {
        const int_lanes<N> pair = bf16_words(a, b);
        store_into(to, pair);
        return multiply_pairs(sum, pair, splat<N>(std::int32_t{0x3f803f80}));
    } else {
        store_into(to, a);
        store_into(to + N, b);
        return sum + (a + b);
    }
}

// Weights of a row block that were put in earlier panels of the tile.
template <cpu_shape Shape> struct weight_place {
    word* weights; // of the tile
    index row, begin, end; // of the block's first row; columns, whole panels

    // Exact: alpha is a power of two.
    void rescale(int r, float alpha) const {
        constexpr int n = Shape.lanes;
        for (index c = begin; c < end; c += Shape.key_unit()) {
            const index at = c / (Shape.pairs() ? 2 : 1);
            word* const to = weights + Shape.word_of(row + r, at, Shape.weight_words());
            const auto words = load_from<float, n>(to);
            if constexpr (Shape.pairs()) {
                const auto [low, high] = halves_of(words);
                store_into(to, pair_of(low * alpha, high * alpha));
            } else store_into(to, words * alpha);
        }
    }
};

// Vectors: those of the micro-tile that are worked on, from the first.
template <cpu_shape Shape, int Vectors, exp2_terms Terms> struct row_fragment {
    static constexpr int lanes = Shape.lanes, cols = Vectors;
    using value_type = real_lanes<lanes>;

    tile_frame frame; // a copy: no store of weights may change it
    index row, column; // of this micro-tile's first row and column in the tile
    float const* scores;

    // Rows beyond the last are taken for it.
    FOVEA_HOST_DEVICE index query_of(int r) const { return least(frame.query + row + r, frame.last_query); }
    FOVEA_HOST_DEVICE lane_context<lanes> here(int r, int j) const {
        const index at = column + j * lanes;
        return {frame.batch,
                frame.head,
                frame.kv_head,
                query_of(r),
                {frame.key + column, iota<lanes>() + j * lanes}, // one base for the row: compared once
                frame.first_query,
                frame.first_key,
                load<lanes>(scores + (j * Shape.score.rows + r) * lanes),
                frame.valid_keys - at,
                Shape.query_tile - 1 - (row + r) + at,
                at};
    }
    // The first of row r, whose keys follow one another.
    FOVEA_HOST_DEVICE element_context run_of_row(int r) const
        requires(cols* lanes <= 64)
    {
        return {frame.batch,        frame.head,        frame.kv_head,   query_of(r),
                frame.key + column, frame.first_query, frame.first_key, 0.f};
    }
    template <class M> FOVEA_HOST_DEVICE lane_mask<lanes> attended(int, int j, M m) const {
        const auto exist =
            iota<lanes>() + j * lanes < splat<lanes>(static_cast<std::int32_t>(frame.valid_keys - column));
        return exist && as_mask<lanes>(m);
    }
    FOVEA_HOST_DEVICE static value_type all(float x) { return splat<lanes>(x); }
    FOVEA_HOST_DEVICE static value_type exp2(value_type x) { return fovea::exp2<Terms>(x); }
    FOVEA_HOST_DEVICE static value_type larger(value_type a, value_type b) { return max(a, b); }
    FOVEA_HOST_DEVICE static value_type inverse(value_type x) { return all(1.f) / x; }
    FOVEA_HOST_DEVICE static bool above(value_type x, float limit) { return any_greater(x, splat<lanes>(limit)); }
    template <class Op> FOVEA_HOST_DEVICE static float across(value_type x, Op op) { return fold(x, op); }

    FOVEA_HOST_DEVICE value_type put(int r, int j, value_type a, value_type b, value_type sum) const {
        const index at = (column + j * lanes) / (Shape.pairs() ? 2 : 1);
        word* const first = frame.weights + Shape.word_of(row, at, Shape.weight_words());
        return put_words<Shape>(first + r * Shape.row_apart(Shape.weight_words()), a, b, sum);
    }
    FOVEA_HOST_DEVICE weight_place<Shape> place() const {
        const bool leftwards = frame.leftwards; // then all panels behind this one were put, else all before it
        return {frame.weights, row, leftwards ? column + Shape.key_panel() : 0,
                leftwards ? round_up(frame.valid_keys, Shape.key_panel()) : column};
    }
};

} // namespace v0_1
} // namespace fovea
