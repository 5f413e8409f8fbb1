// The shapes the CPU engine works in, and their defaults.
//
//     constexpr cpu_shape s = default_shape(native_isa, operands_are_bf16);
//
//     queries | query_tile rows, in blocks of score.rows       one micro-tile: score.rows x key_panel() scores, in
//     keys    | key_tile columns, in panels of key_panel()     registers while the step works on it, or on the last one
//     output  | blocks of value.rows x channel_panel()         in registers over all keys of a tile
#pragma once
#include "fovea/base/integers.hpp"
#include "fovea/machine/simd/matrix_tiles.hpp"

namespace fovea::inline v0_1 {

// Accumulators of a register-blocked product: rows x vectors of lanes.
struct micro_tile {
    int rows, vectors;
};

// fp32: every operand is packed as floats. bf16_pairs: two numbers a word, multiplied by vdpbf16ps or its meaning in
// lanes. bf16_tiles: by the matrix unit or its meaning in lanes; all that it reads and writes lies in its tiles.
enum class products { fp32, bf16_pairs, bf16_tiles };

struct cpu_shape {
    int lanes = 8;
    micro_tile score{3, 4}, value{6, 2};
    int query_tile = 96, key_tile = 256;
    products product = products::fp32;

    constexpr bool pairs() const { return product != products::fp32; }
    constexpr bool tiles() const { return product == products::bf16_tiles; }
    constexpr index key_panel() const { return lanes * score.vectors; }
    // Vectors of a panel that may be worked on by themselves: half of them, where that is even.
    constexpr int least_vectors() const { return score.vectors % 4 == 0 ? score.vectors / 2 : score.vectors; }
    constexpr index channel_panel() const { return lanes * value.vectors; }
    constexpr index padded_channels(index n) const { return round_up(n, channel_panel()); }
    // 32-bit words that hold n numbers along a product's inner axis.
    constexpr index words(index n) const {
        return tiles() ? round_up(ceil_div(n, index{2}), index{tile_side}) : pairs() ? ceil_div(n, index{2}) : n;
    }
    constexpr index weight_words() const { return words(key_tile); } // of one row of weights
    // Where word `at` of a row of queries or weights lies.
    constexpr index word_of(index row, index at, index row_words) const {
        if (!tiles()) return row * row_words + at;
        return (row / tile_side * row_words + at / tile_side * tile_side + row % tile_side) * tile_side +
               at % tile_side;
    }
    // From one row of a block of rows to the next.
    constexpr index row_apart(index row_words) const { return tiles() ? index{tile_side} : row_words; }
    // Keys, and channels of values, that lie side by side.
    constexpr index key_width() const { return tiles() ? tile_side : key_panel(); }
    constexpr index channel_width() const { return tiles() ? tile_side : channel_panel(); }
    // Rows of a tile that are worked on: their number is a multiple of this, and the last block may have fewer. Of a
    // block of scores: of score_unit().
    constexpr int row_unit() const { return tiles() ? value.rows : value.rows % 2 == 0 ? 2 : 1; }
    constexpr int score_unit() const { return score.rows % row_unit() == 0 ? row_unit() : 1; }
    // Keys whose weights fill a vector of words: what the second product takes or leaves.
    constexpr index key_unit() const { return pairs() ? 2 * lanes : lanes; }
};

// 32 registers: 6 x 4 accumulators for both products. 16 registers: 3 x 4 for the scores, where the cost of a row's
// softmax step is shared by four vectors, and 6 x 2 for the values, whose panel of 256 keys then stays in L1.
// 96 x 256 tiles: weights and queries stay in L2; in 2 MiB so do those of twice the rows, which share a read of keys.
// The matrix unit has four tiles of sums: 16 rows x 64 keys, so that a row's step has four vectors again, and 32 x 32
// for the values, which read least that way.
constexpr cpu_shape default_shape(cpu_isa isa, bool operands_are_bf16) {
    if (isa.bf16_tiles && operands_are_bf16)
        return {.lanes = 16,
                .score = {16, 4},
                .value = {32, 2},
                .query_tile = 192,
                .key_tile = 256,
                .product = products::bf16_tiles};
    const bool wide = isa.registers >= 32;
    return {.lanes = isa.lanes,
            .score = wide ? micro_tile{6, 4} : micro_tile{3, 4},
            .value = wide ? micro_tile{6, 4} : micro_tile{6, 2},
            .query_tile = isa.second_cache >= 2048 ? 192 : 96,
            .key_tile = 256,
            .product = isa.bf16_pairs && operands_are_bf16 ? products::bf16_pairs : products::fp32};
}

// What a few rows work in: they wait for memory, which the matrix unit's loads and stores do not overlap with.
constexpr cpu_shape decode_shape(cpu_shape s) {
    return s.tiles() ? default_shape({.lanes = s.lanes, .registers = 32, .bf16_pairs = false}, true) : s;
}

consteval bool can_work(cpu_shape s) {
    return s.query_tile % s.score.rows == 0 && s.query_tile % s.value.rows == 0 && s.value.rows % s.score.rows == 0 &&
           s.key_tile % s.key_panel() == 0 && s.key_tile <= 64 * s.key_unit() && s.score.vectors % 2 == 0;
}

consteval bool fits_matrix_unit(cpu_shape s) {
    return !s.tiles() || (s.lanes == tile_side && s.score.rows == tile_side && s.score.vectors == 4 &&
                          s.value.rows == 2 * tile_side && s.value.vectors == 2);
}

// Keeps the matrix unit's registers for a worker, where its products need them.
struct no_unit {
    no_unit() {}
};
template <cpu_shape Shape> using unit_for = std::conditional_t<Shape.tiles(), matrix_unit, no_unit>;

} // namespace fovea::inline v0_1
