// The two register-blocked products: queries x keys into scores, weights x values into the output tile.
//
//     multiply_scores<Shape, vectors>(queries, keys, words, rows, scores);      multiply_values<Shape>(value_block);
//
// Cost: bench/forward.cpp holds these loops against the rate of bare multiply-adds (bench/support/peak.hpp).
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/engine/cpu/pack.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <int N, micro_tile Tile> struct accumulators {
    array_of<array_of<real_lanes<N>, Tile.vectors>, Tile.rows> c;

    FOVEA_HOST_DEVICE void clear() {
        FOVEA_UNROLL
        for (int i = 0; i < Tile.rows; ++i) {
            FOVEA_UNROLL
            for (int j = 0; j < Tile.vectors; ++j) c[i][j] = splat<N>(0.f);
        }
    }
    // The vectors of row i and column j to to[i * row + j * vector].
    FOVEA_HOST_DEVICE void store(float* to, index row, index vector) const {
        FOVEA_UNROLL
        for (int i = 0; i < Tile.rows; ++i) {
            FOVEA_UNROLL
            for (int j = 0; j < Tile.vectors; ++j) fovea::store(to + i * row + j * vector, c[i][j]);
        }
    }
};

// One word for all lanes.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> broadcast_word(word const* p) {
    float x;
    std::memcpy(&x, p, sizeof x);
    return splat<N>(x);
}
template <int N> FOVEA_HOST_DEVICE real_lanes<N> load_words(word const* p) { return load_from<float, N>(p); }
// c + a * b, of floats or of pairs.
template <products Product, int N>
FOVEA_HOST_DEVICE real_lanes<N> multiply_add(real_lanes<N> c, real_lanes<N> a, real_lanes<N> b) {
    if constexpr (Product != products::fp32)
        return multiply_pairs(c, reinterpret<std::int32_t>(a), reinterpret<std::int32_t>(b));
    else return fma(a, b, c);
}

// acc += a x b for one word, in the first rows and vectors of acc. Whichever side has fewer registers is held, the
// other streams through one.
template <cpu_shape Shape, micro_tile Tile, class Sums>
FOVEA_HOST_DEVICE void multiply_word(Sums& acc, word const* a, index a_stride, word const* b) {
    constexpr int n = Shape.lanes;
    if constexpr (Tile.rows < Tile.vectors) {
        array_of<real_lanes<n>, Tile.rows> held;
        FOVEA_UNROLL
        for (int i = 0; i < Tile.rows; ++i) held[i] = broadcast_word<n>(a + i * a_stride);
        FOVEA_UNROLL
        for (int j = 0; j < Tile.vectors; ++j) {
            auto x = load_words<n>(b + j * n);
            hold(x);
            FOVEA_UNROLL
            for (int i = 0; i < Tile.rows; ++i) acc.c[i][j] = multiply_add<Shape.product>(acc.c[i][j], held[i], x);
        }
    } else {
        array_of<real_lanes<n>, Tile.vectors> held;
        FOVEA_UNROLL
        for (int j = 0; j < Tile.vectors; ++j) held[j] = load_words<n>(b + j * n);
        FOVEA_UNROLL
        for (int i = 0; i < Tile.rows; ++i) {
            const auto x = broadcast_word<n>(a + i * a_stride);
            FOVEA_UNROLL
            for (int j = 0; j < Tile.vectors; ++j) acc.c[i][j] = multiply_add<Shape.product>(acc.c[i][j], x, held[j]);
        }
    }
}

// acc += a x b over words [begin, end). a: Tile.rows rows, a_stride apart. b: for each word Tile.vectors vectors, those
// of the next b_stride further.
template <cpu_shape Shape, micro_tile Tile, class Sums>
FOVEA_HOST_DEVICE void multiply_panel(Sums& acc, word const* a, index a_stride, word const* b, index b_stride,
                                      index begin, index end) {
    for (index u = begin; u < end; ++u) multiply_word<Shape, Tile>(acc, a + u, a_stride, b + u * b_stride);
}

// f with a number of rows that the compiler knows: the least that is not below `rows`, Rows less some times Unit.
template <int Rows, int Unit, class F> FOVEA_HOST_DEVICE void with_rows(index rows, F const& f) {
    if constexpr (Rows > Unit)
        if (rows <= Rows - Unit) [[unlikely]]
            return with_rows<Rows - Unit, Unit>(rows, f);
    f(std::integral_constant<int, Rows>{});
}

// A block of the first product: rows of queries by a panel of keys, of so many words each. One vector of all rows after
// the other, as the matrix unit leaves them: column j of row i at (j * Shape.score.rows + i) * lanes.
// Out of line, as all its registers are spoken for; its arguments are few enough to be in registers too.
template <cpu_shape Shape, micro_tile Tile>
[[gnu::noinline]] void multiply_score_rows(word_rows queries, word const* keys, index words, float* scores) {
    constexpr int n = Shape.lanes;
    accumulators<n, Tile> acc;
    acc.clear();
    multiply_panel<Shape, Tile>(acc, queries.first, queries.apart, keys, Shape.key_panel(), 0, words);
    acc.store(scores, n, Shape.score.rows * n);
}
// Of so many rows and the first vectors of the panel.
template <cpu_shape Shape, int Vectors>
FOVEA_HOST_DEVICE void multiply_scores(word_rows queries, word const* keys, index words, index rows, float* scores) {
    with_rows<Shape.score.rows, Shape.score_unit()>(rows, [&](auto r) {
        multiply_score_rows<Shape, micro_tile{decltype(r)::value, Vectors}>(queries, keys, words, scores);
    });
}

// Where the values of a key tile lie, in words: from one word of keys to the next, from one panel of channels to the
// next. Packed, or as the caller has them.
struct value_place {
    word const* data;
    index row, panel;
};

// A block of the second product: out[rows][channel panel] = alpha * out + weights x values over words [begin, end).
struct value_block {
    word const *weights, *values;
    index value_stride;
    float* out;
    index out_stride, begin, end;
    float const* alpha; // of each row; null: 1
    bool fresh; // out starts as zero
    index rows; // at most Shape.value.rows
};

template <cpu_shape Shape, int Rows> [[gnu::noinline]] void multiply_value_rows(value_block const& b) {
    constexpr micro_tile tile{Rows, Shape.value.vectors};
    constexpr int n = Shape.lanes;
    accumulators<n, tile> acc;
    if (b.fresh) acc.clear();
    else {
        FOVEA_UNROLL
        for (int i = 0; i < tile.rows; ++i) {
            FOVEA_UNROLL
            for (int j = 0; j < tile.vectors; ++j) acc.c[i][j] = load<n>(b.out + i * b.out_stride + j * n);
        }
        if (b.alpha) {
            FOVEA_UNROLL
            for (int i = 0; i < tile.rows; ++i) {
                FOVEA_UNROLL
                for (int j = 0; j < tile.vectors; ++j) acc.c[i][j] = acc.c[i][j] * b.alpha[i];
            }
        }
    }
    multiply_panel<Shape, tile>(acc, b.weights, Shape.weight_words(), b.values, b.value_stride, b.begin, b.end);
    acc.store(b.out, b.out_stride, n);
}

template <cpu_shape Shape>
    requires(!Shape.tiles())
void multiply_values(value_block const& b) {
    with_rows<Shape.value.rows, Shape.row_unit()>(
        b.rows, [&](auto rows) { multiply_value_rows<Shape, decltype(rows)::value>(b); });
}

// The same on the matrix unit: weights, values and output lie in its tiles.
template <cpu_shape Shape>
    requires(Shape.tiles())
[[gnu::noinline]] void multiply_values(value_block const& b) {
    constexpr int rows = Shape.value.rows / tile_side, columns = Shape.value.vectors;
    const index side = tile_side * Shape.weight_words(), row = tile_side * b.out_stride;
    tile_sums<rows, columns> sums;
    if (b.fresh) sums.clear();
    else {
        if (b.alpha)
            for (int i = 0; i < Shape.value.rows; ++i)
                for (int j = 0; j < columns; ++j) {
                    float* at = b.out + i / tile_side * row + j * tile_words + i % tile_side * tile_side;
                    store(at, load<Shape.lanes>(at) * b.alpha[i]);
                }
        sums.load(b.out, row);
    }
    for (index u = b.begin; u < b.end; u += tile_side)
        sums.multiply(b.weights + u * tile_side, side, b.values + u * tile_side, side);
    sums.store(b.out, row);
}

} // namespace v0_1
} // namespace fovea
