// The GPU's score fragment: 16 rows of a warp against a tile of keys, as mma.sync leaves them.
//
//     lane l holds of 16 x 8 matrix tile n:   scores[n][0] [1]   row l / 4,     keys 8 n + 2 (l % 4) and the next
//                                             scores[n][2] [3]   row l / 4 + 8, the same keys
//
// Row i of the fragment is row l / 4 + 8 i, its column j is key 8 (j / 2) + 2 (l % 4) + j % 2. Weights leave as the
// first operand of the second product, in the same lanes, without a shuffle: rounded pairs; or fp32, where the two keys
// of a lane are terms t and t + 4 of a product (products.hpp), rounded to tf32 or to be split.
#pragma once
#include "fovea/attend/step.hpp"
#include "fovea/base/array.hpp"
#include "fovea/engine/sm80/context.hpp"
#include "fovea/engine/sm80/matrix_product.hpp"
#include "fovea/tensor/strided.hpp"

namespace fovea::inline v0_1::sm80 {

// What a tile of scores has in common.
struct tile_frame {
    index batch, head, kv_head;
    index first_query, first_key; // of the call
    index key; // position of this lane's first key of the tile
    std::int32_t valid; // keys of the tile that exist, counted from there
};

// The output of a row while it is summed: rescaled at once when the row's reference is raised.
template <int Values> struct output_place {
    array_of<matrix_sums, Values / 8>& output;
    FOVEA_DEVICE void rescale(int r, float by) const {
        FOVEA_UNROLL_DEVICE
        for (int n = 0; n < Values / 8; ++n) {
            output[n][2 * r] *= by;
            output[n][2 * r + 1] *= by;
        }
    }
};

// Weights of tf32x3 are taken to a 2^-23, with either sign: for a sum, as they are. Those of 16 bits would have to be
// taken apart again to be added, two instructions for each: a product with ones adds 16 keys' (add_weights).
template <class Format>
inline constexpr weights_taken taken = is_half<Format>                  ? weights_taken::summed
                                       : std::is_same_v<Format, tf32x3> ? weights_taken::as_they_are
                                                                        : weights_taken::rounded;
template <class Bound, class Format>
using row_state_for = lean_row_state<kept_by<Bound>(taken<Format>)>;

// Of the four lanes that share a row.
template <class Machine, class Op> FOVEA_DEVICE float over_lanes_of_row(float x, Op op) {
    x = op(x, Machine::shuffle_xor(x, 1));
    return op(x, Machine::shuffle_xor(x, 2));
}
// Of a row's weights, as they are taken.
template <class Machine, class State> FOVEA_DEVICE float sum_of_row(State const& state) {
    return State::keeps.whole ? state.taken() : over_lanes_of_row<Machine>(state.taken(), take_sum{});
}

// Format: of the second product. Place: output_place, or nothing_put without one.
template <class Machine, int Keys, class Format, class Place, coverage Covered> struct matrix_fragment {
    static constexpr int rows = 2, cols = Keys / 4;
    using value_type = float;

    tile_frame const& frame;
    index query[2]; // positions of the two rows, clipped to the last
    array_of<matrix_sums, Keys / 8>& scores;
    matrix_words (&weights)[Keys / product_depth<Format>];
    Place output;
    float lowest;

    FOVEA_DEVICE tile_element<Machine> here(int r, int j) const {
        return {frame.batch,
                frame.head,
                frame.kv_head,
                {query[r]},
                {frame.key, offset(j)},
                frame.first_query,
                frame.first_key,
                scores[j / 2][2 * r + j % 2],
                Covered == coverage::all || offset(j) < frame.valid};
    }
    FOVEA_DEVICE tile_element<Machine> of_row(int r) const {
        tile_element<Machine> first = here(r, 0);
        first.exists = true;
        return first;
    }
    FOVEA_DEVICE bool attended(int, int j, bool m) const { return (offset(j) < frame.valid) & m; }
    // Only the last tile of a call lacks keys.
    FOVEA_DEVICE bool leave_out_missing(array_of<float, cols>& x) const {
        if (offset(cols - 1) < frame.valid) return false;
        FOVEA_UNROLL_DEVICE
        for (int j = 0; j < cols; ++j)
            if (offset(j) >= frame.valid) x[j] = masked_score;
        return true;
    }
    FOVEA_DEVICE static float all(float x) { return x; }
    FOVEA_DEVICE static float exp2(float x) { return Machine::exp2(x); }
    FOVEA_DEVICE static float inverse(float x) { return Machine::reciprocal(x); }
    FOVEA_DEVICE static float larger(float a, float b) { return __builtin_fmaxf(a, b); }
    FOVEA_DEVICE static bool above(float x, float limit) { return Machine::ballot(x > limit) != 0; }
    template <class Op> FOVEA_DEVICE static float across(float x, Op op) { return over_lanes_of_row<Machine>(x, op); }
    FOVEA_DEVICE float put(int r, int j, float a, float b, float sum) const {
        if constexpr (is_half<Format>) {
            weights[j / 4][j / 2 % 2 * 2 + r] = Machine::template pair<Format>(a, b);
            return sum; // add_weights
        } else {
            constexpr bool split = taken<Format> == weights_taken::as_they_are;
            const word first = split ? bits_of(a) : nearest_tf32<Machine>(a);
            const word second = split ? bits_of(b) : nearest_tf32<Machine>(b);
            weights[j / 2][r] = first;
            weights[j / 2][2 + r] = second;
            return sum + (number_of(first) + number_of(second));
        }
    }
    FOVEA_DEVICE Place place() const { return output; }
    FOVEA_DEVICE float lowest_reference() const { return lowest; }

private:
    FOVEA_DEVICE static constexpr std::int32_t offset(int j) { return 8 * (j / 2) + j % 2; }
};

} // namespace fovea::inline v0_1::sm80
