// What a warp keeps of its rows while it walks over keys, in registers; and how a tile of scores is taken into it.
//
//     warp_rows<Machine, Problem, Tile> rows;      rows.clear();
//     rows.take(scores, tile, lane_rows, values_at);      // rows.state[m][r], rows.output[m]
//
// m: 16 rows of the warp, of which a lane has two, r (fragment.hpp). lane_rows says of each: frame(m, r), its
// tile_frame; query(m, r), its position; bound(m, r), the problem bound to its head.
#pragma once
#include "fovea/attend/ballot_walk.hpp"
#include "fovea/base/array.hpp"
#include "fovea/engine/sm80/fragment.hpp"
#include "fovea/engine/sm80/products.hpp"

namespace fovea::inline v0_1::sm80 {

template <class Sums> FOVEA_DEVICE void clear(Sums& sums) {
    FOVEA_UNROLL_DEVICE
    for (int m = 0; m < length_of<Sums>; ++m) {
        FOVEA_UNROLL_DEVICE
        for (int n = 0; n < length_of<std::remove_extent_t<Sums>>; ++n) {
            FOVEA_UNROLL_DEVICE
            for (int i = 0; i < 4; ++i) sums[m][n][i] = 0.f;
        }
    }
}

// Tile: what the products of one warp see.
template <class Machine, class Problem, class Tile> struct warp_rows {
    static constexpr bool has_values = Problem::has_values;
    static constexpr int blocks = Tile::blocks_of_warp, output_tiles = has_values ? Tile::values / 8 : 1;
    using format = typename Tile::formats::values;
    using bound_type = decltype(bind_problem(std::declval<Problem const&>(), at_head{}, by_powers{}));
    using row_type = row_state_for<bound_type, format>;
    using scores_type = array_of<matrix_sums[Tile::key / 8], blocks>;
    using weights_type = array_of<matrix_words[Tile::key / product_depth<format>], blocks>;

    array_of<row_type[2], blocks> state;
    array_of<array_of<matrix_sums, output_tiles>, blocks> output;

    FOVEA_DEVICE void clear() {
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < blocks; ++m) {
            FOVEA_UNROLL_DEVICE
            for (int r = 0; r < 2; ++r) state[m][r].clear();
        }
        sm80::clear(output);
    }
    // For another pass: a row keeps its reference, so that none of its scores is far above it; unless it is low.
    FOVEA_DEVICE void clear_sums() {
        array_of<float[2], blocks> references;
        FOVEA_UNROLL_DEVICE
        for (int n = 0; n < 2 * blocks; ++n) {
            auto const& row = state[n / 2][n % 2];
            references[n / 2][n % 2] = is_low(row, sum_of_row<Machine>(row)) ? unset_reference : row.reference;
        }
        clear();
        FOVEA_UNROLL_DEVICE
        for (int n = 0; n < 2 * blocks; ++n) state[n / 2][n % 2].reference = references[n / 2][n % 2];
    }

    // Score, mask, softmax, and the second product with the values at an address of shared memory.
    template <class Rows>
    FOVEA_DEVICE void take(scores_type& scores, live_tile tile, Rows const& rows, word values) {
        weights_type weights;
        if (tile.is_whole()) step<coverage::all>(scores, weights, rows);
        else step<coverage::some>(scores, weights, rows);
        if constexpr (row_type::keeps.whole) {
            FOVEA_UNROLL_DEVICE
            for (int m = 0; m < blocks; ++m) {
                matrix_sums sums{}; // of this tile alone: the rows' sums are kept in two registers, not in four
                add_weights<Machine, Tile>(sums, weights[m]);
                state[m][0].taken() += sums[0];
                state[m][1].taken() += sums[2];
            }
        }
        if constexpr (has_values) multiply_values<Machine, Tile>(output, weights, values);
    }

private:
    using place_type = std::conditional_t<has_values, output_place<Tile::values>, nothing_put>;

    template <coverage Covered, class Rows>
    FOVEA_DEVICE void step(scores_type& scores, weights_type& weights, Rows const& rows) {
        // All of them first: behind a row's shuffles, nvcc would read the call's parameters again.
        array_of<index[2], blocks> query;
        array_of<tile_frame[2], blocks> frame;
        FOVEA_UNROLL_DEVICE
        for (int n = 0; n < 2 * blocks; ++n) query[n / 2][n % 2] = rows.query(n / 2, n % 2);
        FOVEA_UNROLL_DEVICE
        for (int n = 0; n < 2 * blocks; ++n) frame[n / 2][n % 2] = rows.frame(n / 2, n % 2);
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < blocks; ++m) {
            FOVEA_UNROLL_DEVICE
            for (int r = 0; r < 2; ++r) {
                matrix_fragment<Machine, Tile::key, format, place_type, Covered> fragment{
                    frame[m][r], {query[m][0], query[m][1]}, scores[m], weights[m], place(m), rows.lowest_reference()};
                state[m][r].alpha = 1; // nothing waits to be rescaled
                if constexpr (Covered == coverage::all)
                    weigh_row<Covered>(fragment, r, state[m][r], settled(rows.bound(m, r), fragment.of_row(r)));
                else weigh_row<Covered>(fragment, r, state[m][r], rows.bound(m, r));
            }
        }
    }
    FOVEA_DEVICE place_type place(int m) {
        if constexpr (has_values) return {output[m]};
        else return {};
    }
};

} // namespace fovea::inline v0_1::sm80
