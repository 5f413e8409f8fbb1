// The two products of a warp: scores = queries x keys, output += weights x values, through ldmatrix and mma.sync.
//
//     multiply_scores<Machine, Tile>(scores, queries_at, keys_at);
//     multiply_values<Machine, Tile>(output, weights, values_at);
//
// Addresses: a lane's own row of a 16 x 16 matrix tile, from which every other tile of the operand is a constant away.
//
// ldmatrix moves rows of 16 bytes: eight channels of 16 bits, or four of fp32, whose words then lie as m16n8k8 wants
// them. It cannot transpose fp32, so those values are read as they are, by lane l of a warp (g = l / 4, t = l % 4):
//
//     keys 8 k + 2 t and the next     these are terms t and t + 4 of the sum, because there the weights already are
//     channels 32 c + 4 g + 0 1 2 3   columns g of matrix tiles 4 c + 0 1 2 3 (the last 16 of a row: 2 g + 0 1, of two)
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/engine/sm80/matrix_product.hpp"
#include "fovea/tile/swizzle.hpp"

namespace fovea::inline v0_1::sm80 {

// The rows of an operand that a lane addresses in ldmatrix.x4, which takes 16 rows of 32 bytes: `row` of them, and from
// which of its two chunks. Rows 16 further have the same swizzle.
template <int Channels, int Bytes> class matrix_rows {
    static constexpr word pitch = row_pitch<Channels, Bytes>;

public:
    FOVEA_DEVICE matrix_rows(word tile, word row, word half)
        : at_(tile + row * pitch + 16 * (swizzle_key<Channels, Bytes>(row) ^ half)) {}
    // The address for rows 16 * block and chunks 2 * pair on.
    FOVEA_DEVICE word operator()(int block, int pair) const {
        const word chunk = 32 * static_cast<word>(pair), within = chunk % aligned;
        return (at_ ^ within) + (chunk - within) + static_cast<word>(block) * 16 * pitch;
    }

private:
    // What rows start at multiples of, and tiles too: below that, the bits of an address are those of the chunk. Of
    // longer rows a bank line, whose places are worked out once.
    static constexpr word aligned = pitch <= 512 ? pitch & (0 - pitch) : 128;
    word at_;
};

// As first operand (queries): lanes 0-15 the rows, lanes 16-31 the same rows' second chunk.
template <int Channels, int Bytes> FOVEA_DEVICE matrix_rows<Channels, Bytes> first_operand(word tile, word lane) {
    return {tile, lane % 16, lane / 16};
}
// As second operand, rows being keys of the scores: two matrix tiles of 8 keys, two chunks each.
template <int Channels, int Bytes> FOVEA_DEVICE matrix_rows<Channels, Bytes> second_operand(word tile, word lane) {
    return {tile, lane % 8 + (lane & 16) / 2, lane / 8 % 2};
}

// How many steps along the channels a loop takes at once, a divisor of all: three products to one, along more than 128
// channels, would make three thousand instructions of a tile, which take nvcc as long as everything else.
template <class Format, int Channels> consteval int steps_at_once() {
    constexpr int steps = Channels / product_depth<Format>;
    return products<Format> == 3 && Channels > 128 ? least(steps & -steps, 8) : steps;
}

// scores[m][n]: 16 rows of the warp from 16 m on, 8 keys from 8 n on.
template <class Machine, class Tile>
FOVEA_DEVICE void multiply_scores(matrix_sums (&scores)[Tile::blocks_of_warp][Tile::key / 8], word queries, word keys) {
    using format = typename Tile::formats::scores;
    const word lane = Machine::lane();
    const auto query_rows = first_operand<Tile::channels, Tile::element_bytes>(queries, lane);
    const auto key_rows = second_operand<Tile::channels, Tile::element_bytes>(keys, lane);
    const auto add_step = [&](int c) {
        product_words<format, 4> a[Tile::blocks_of_warp];
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < Tile::blocks_of_warp; ++m) {
            matrix_words words;
            Machine::load_matrix_x4(words, query_rows(m, c));
            a[m] = prepared<Machine, format>(words);
        }
        FOVEA_UNROLL_DEVICE
        for (int n = 0; n < Tile::key / 16; ++n) {
            matrix_words words;
            Machine::load_matrix_x4(words, key_rows(n, c));
            const auto b = prepared<Machine, format>(words);
            each_product<format>([&](auto nth) {
                FOVEA_UNROLL_DEVICE
                for (int m = 0; m < Tile::blocks_of_warp; ++m) {
                    multiply_nth<Machine, format, nth>(scores[m][2 * n], a[m], b, 0);
                    multiply_nth<Machine, format, nth>(scores[m][2 * n + 1], a[m], b, 2);
                }
            });
        }
    };
    constexpr int steps = Tile::channels / product_depth<format>, at_once = steps_at_once<format, Tile::channels>();
    static_assert(steps % at_once == 0);
    for (int first = 0; first < steps; first += at_once) {
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < at_once; ++i) add_step(first + i);
    }
}

template <class Tile> using weight_words = matrix_words[Tile::key / product_depth<typename Tile::formats::values>];
template <class Tile> using output_sums = matrix_sums[Tile::values / 8];

// sums[2 r] += the weights of a lane's row r in all the tile: as of a channel whose values are 1, all columns alike.
template <class Machine, class Tile>
FOVEA_DEVICE void add_weights(matrix_sums& sums, weight_words<Tile> const& weights) {
    using format = typename Tile::formats::values;
    constexpr word one = std::is_same_v<format, bf16> ? 0x3f80 : 0x3c00;
    const half_matrix_words ones = {one << 16 | one, one << 16 | one};
    FOVEA_UNROLL_DEVICE
    for (int k = 0; k < Tile::key / 16; ++k) Machine::template multiply<format>(sums, weights[k], ones);
}

template <class Machine, class Tile>
FOVEA_DEVICE void multiply_halves(output_sums<Tile> (&output)[Tile::blocks_of_warp],
                                  weight_words<Tile> const (&weights)[Tile::blocks_of_warp], word values) {
    using format = typename Tile::formats::values;
    const auto value_rows = first_operand<Tile::values, Tile::element_bytes>(values, Machine::lane());
    FOVEA_UNROLL_DEVICE
    for (int k = 0; k < Tile::key / 16; ++k) {
        FOVEA_UNROLL_DEVICE
        for (int c = 0; c < Tile::values / 16; ++c) {
            matrix_words b;
            Machine::load_matrix_x4_transposed(b, value_rows(k, c));
            const half_matrix_words low = {b[0], b[1]}, high = {b[2], b[3]};
            FOVEA_UNROLL_DEVICE
            for (int m = 0; m < Tile::blocks_of_warp; ++m) {
                Machine::template multiply<format>(output[m][2 * c], weights[m][k], low);
                Machine::template multiply<format>(output[m][2 * c + 1], weights[m][k], high);
            }
        }
    }
}

// Words of fp32 that a lane reads at once: columns of as many matrix tiles.
template <int N> struct alignas(4 * N) row_words {
    array_of<word, N> at;
};

// Eight keys; the N matrix tiles of channels that begin at 8 n. low, high: where this lane's two keys lie.
template <class Machine, class Tile, int N, class Weights>
FOVEA_DEVICE void multiply_columns(output_sums<Tile> (&output)[Tile::blocks_of_warp], Weights const& weights, int n,
                                   word low, word high) {
    using format = typename Tile::formats::values;
    const auto first = Machine::template load_shared<row_words<N>>(low);
    const auto second = Machine::template load_shared<row_words<N>>(high);
    array_of<word, 2 * N> words;
    FOVEA_UNROLL_DEVICE
    for (int j = 0; j < N; ++j) words[2 * j] = first.at[j], words[2 * j + 1] = second.at[j];
    const auto b = prepared<Machine, format>(words);
    each_product<format>([&](auto nth) {
        FOVEA_UNROLL_DEVICE
        for (int j = 0; j < N; ++j) {
            FOVEA_UNROLL_DEVICE
            for (int m = 0; m < Tile::blocks_of_warp; ++m)
                multiply_nth<Machine, format, nth>(output[m][n + j], weights[m], b, 2 * j);
        }
    });
}

template <class Machine, class Tile>
FOVEA_DEVICE void multiply_wide(output_sums<Tile> (&output)[Tile::blocks_of_warp],
                                weight_words<Tile> const (&weights)[Tile::blocks_of_warp], word values) {
    using format = typename Tile::formats::values;
    constexpr word pitch = row_pitch<Tile::values, 4>;
    const word column = Machine::lane() / 4, row = 2 * (Machine::lane() % 4);
    const auto place = [&](word key, word chunk) {
        return values + key * pitch + 16 * swizzled<Tile::values, 4>(key, chunk);
    };
    const word low = place(row, column), high = place(row + 1, column);
    const word low_pair = place(row, column / 2) + column % 2 * 8,
               high_pair = place(row + 1, column / 2) + column % 2 * 8;
    FOVEA_UNROLL_DEVICE
    for (int k = 0; k < Tile::key / 8; ++k) {
        product_words<format, 4> a[Tile::blocks_of_warp];
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < Tile::blocks_of_warp; ++m) a[m] = prepared_weights<format>(weights[m][k]);
        const word rows = static_cast<word>(k) * 8 * pitch;
        FOVEA_UNROLL_DEVICE
        for (int c = 0; c < Tile::values / 32; ++c) {
            const word from = rows + 128 * static_cast<word>(c);
            multiply_columns<Machine, Tile, 4>(output, a, 4 * c, low + from, high + from);
        }
        if constexpr (Tile::values % 32 != 0) {
            constexpr word last = Tile::values / 32 * 128;
            multiply_columns<Machine, Tile, 2>(output, a, Tile::values / 8 - 2, low_pair + rows + last,
                                               high_pair + rows + last);
        }
    }
}

// output[m][n]: 16 rows from 16 m on, 8 channels from 8 n on, or of fp32 values those that are said above.
template <class Machine, class Tile>
FOVEA_DEVICE void multiply_values(output_sums<Tile> (&output)[Tile::blocks_of_warp],
                                  weight_words<Tile> const (&weights)[Tile::blocks_of_warp], word values) {
    if constexpr (Tile::element_bytes == 2) multiply_halves<Machine, Tile>(output, weights, values);
    else multiply_wide<Machine, Tile>(output, weights, values);
}

} // namespace fovea::inline v0_1::sm80
