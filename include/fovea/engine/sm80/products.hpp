// The two products of a warp: scores = queries x keys, output += weights x values, through ldmatrix and mma.sync.
//
//     multiply_scores<Machine, T, Tile>(scores, queries_at, keys_at);
//     multiply_values<Machine, T, Tile>(output, weights, values_at);
//
// Addresses: a lane's own row of a 16 x 16 matrix tile, from which every other tile of the operand is a constant away.
#pragma once
#include "fovea/machine/sm80_machine.hpp"
#include "fovea/tile/swizzle.hpp"

namespace fovea::sm80 {

// The rows of an operand that a lane addresses in ldmatrix.x4, which takes 16 x 16 elements: `row` of them, and from
// which of its two chunks of eight. Rows 16 further have the same swizzle.
template <int Channels> class matrix_rows {
public:
    FOVEA_DEVICE matrix_rows(word tile, word row, word half)
        : key_(16 * (swizzle_key<Channels>(row) ^ half)),
          at_(tile + row * row_pitch<Channels> + (in_place ? key_ : 0)) {}
    // The address for rows 16 * block and chunks 2 * pair on.
    FOVEA_DEVICE word operator()(int block, int pair) const {
        const word chunk = 32 * static_cast<word>(pair), rows = static_cast<word>(block) * 16 * row_pitch<Channels>;
        return (in_place ? at_ ^ chunk : at_ + (chunk ^ key_)) + rows;
    }

private:
    // Tiles start at multiples of 512 bytes: where a row is a power of two no longer than that, the swizzle does not
    // carry into the rest of the address.
    static constexpr bool in_place = Channels <= 256 && (Channels & (Channels - 1)) == 0;
    word key_, at_;
};

// As first operand (queries): lanes 0-15 the rows, lanes 16-31 the same rows' second chunk.
template <int Channels> FOVEA_DEVICE matrix_rows<Channels> first_operand(word tile, word lane) {
    return {tile, lane % 16, lane / 16};
}
// As second operand, rows being keys of the scores: two matrix tiles of 8 keys, two chunks each.
template <int Channels> FOVEA_DEVICE matrix_rows<Channels> second_operand(word tile, word lane) {
    return {tile, lane % 8 + lane / 16 * 8, lane / 8 % 2};
}

// T: format of queries and keys. scores[m][n]: 16 rows of the warp from 16 m on, 8 keys from 8 n on.
template <class Machine, class T, class Tile>
FOVEA_DEVICE void multiply_scores(matrix_sums (&scores)[Tile::blocks_of_warp][Tile::key / 8], word queries, word keys) {
    const word lane = Machine::lane();
    const auto query_rows = first_operand<Tile::channels>(queries, lane);
    const auto key_rows = second_operand<Tile::channels>(keys, lane);
    FOVEA_UNROLL_DEVICE
    for (int c = 0; c < Tile::channels / 16; ++c) {
        matrix_words a[Tile::blocks_of_warp];
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < Tile::blocks_of_warp; ++m) Machine::load_matrix_x4(a[m], query_rows(m, c));
        FOVEA_UNROLL_DEVICE
        for (int n = 0; n < Tile::key / 16; ++n) {
            matrix_words b;
            Machine::load_matrix_x4(b, key_rows(n, c));
            const half_matrix_words low = {b[0], b[1]}, high = {b[2], b[3]};
            FOVEA_UNROLL_DEVICE
            for (int m = 0; m < Tile::blocks_of_warp; ++m) {
                Machine::template multiply<T>(scores[m][2 * n], a[m], low);
                Machine::template multiply<T>(scores[m][2 * n + 1], a[m], high);
            }
        }
    }
}

// T: format of weights and values. output[m][n]: 16 rows from 16 m on, 8 channels from 8 n on.
template <class Machine, class T, class Tile>
FOVEA_DEVICE void multiply_values(matrix_sums (&output)[Tile::blocks_of_warp][Tile::values / 8],
                                  matrix_words const (&weights)[Tile::blocks_of_warp][Tile::key / 16], word values) {
    const auto value_rows = first_operand<Tile::values>(values, Machine::lane());
    FOVEA_UNROLL_DEVICE
    for (int k = 0; k < Tile::key / 16; ++k) {
        FOVEA_UNROLL_DEVICE
        for (int c = 0; c < Tile::values / 16; ++c) {
            matrix_words b;
            Machine::load_matrix_x4_transposed(b, value_rows(k, c));
            const half_matrix_words low = {b[0], b[1]}, high = {b[2], b[3]};
            FOVEA_UNROLL_DEVICE
            for (int m = 0; m < Tile::blocks_of_warp; ++m) {
                Machine::template multiply<T>(output[m][2 * c], weights[m][k], low);
                Machine::template multiply<T>(output[m][2 * c + 1], weights[m][k], high);
            }
        }
    }
}

} // namespace fovea::sm80
