// The two register-blocked products: queries x keys into accumulators, weights x values into the output tile.
//
//     accumulators<Shape> c;   multiply_scores<Shape>(c, queries, keys, words);
//
// Cost: bench/peak.cpp holds these loops against the bare fused-multiply-add rate.
#pragma once
#include "fovea/engine/cpu/pack.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <int N, micro_tile Tile> struct accumulators {
    real_lanes<N> c[Tile.rows][Tile.vectors];

    FOVEA_HOST_DEVICE void clear() {
        FOVEA_UNROLL
        for (int i = 0; i < Tile.rows; ++i) {
            FOVEA_UNROLL
            for (int j = 0; j < Tile.vectors; ++j) c[i][j] = splat<N>(0.f);
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
    if constexpr (Product == products::bf16_pairs)
        return multiply_pairs(c, reinterpret<std::int32_t>(a), reinterpret<std::int32_t>(b));
    else return fma(a, b, c);
}

// acc += a x b for one word. Whichever side has fewer registers is held, the other streams through one.
template <cpu_shape Shape, micro_tile Tile>
FOVEA_HOST_DEVICE void multiply_word(accumulators<Shape.lanes, Tile>& acc, word const* a, index a_stride,
                                     word const* b) {
    constexpr int n = Shape.lanes;
    if constexpr (Tile.rows < Tile.vectors) {
        real_lanes<n> held[Tile.rows];
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
        real_lanes<n> held[Tile.vectors];
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
template <cpu_shape Shape, micro_tile Tile>
FOVEA_HOST_DEVICE void multiply_panel(accumulators<Shape.lanes, Tile>& acc, word const* a, index a_stride,
                                      word const* b, index b_stride, index begin, index end) {
    for (index u = begin; u < end; ++u) multiply_word<Shape, Tile>(acc, a + u, a_stride, b + u * b_stride);
}

// Where the values of a key tile lie, in words: from one word of keys to the next, from one panel of channels to the
// next. Packed, or as the caller has them.
struct value_place {
    word const* data;
    index row, panel;
};

// out[rows][channel panel] = alpha * out + weights x values over words [begin, end); fresh: out starts as zero.
template <cpu_shape Shape>
[[gnu::noinline]] void multiply_values(word const* weights, word const* values, index value_stride, float* out,
                                       index out_stride, index begin, index end, float const* alpha, bool fresh) {
    constexpr micro_tile tile = Shape.value;
    constexpr int n = Shape.lanes;
    accumulators<n, tile> acc;
    if (fresh) acc.clear();
    else {
        FOVEA_UNROLL
        for (int i = 0; i < tile.rows; ++i) {
            FOVEA_UNROLL
            for (int j = 0; j < tile.vectors; ++j) acc.c[i][j] = load<n>(out + i * out_stride + j * n);
        }
        if (alpha) {
            FOVEA_UNROLL
            for (int i = 0; i < tile.rows; ++i) {
                FOVEA_UNROLL
                for (int j = 0; j < tile.vectors; ++j) acc.c[i][j] = acc.c[i][j] * alpha[i];
            }
        }
    }
    multiply_panel<Shape, tile>(acc, weights, Shape.tile_words(), values, value_stride, begin, end);
    FOVEA_UNROLL
    for (int i = 0; i < tile.rows; ++i) {
        FOVEA_UNROLL
        for (int j = 0; j < tile.vectors; ++j) store(out + i * out_stride + j * n, acc.c[i][j]);
    }
}

} // namespace v0_1
} // namespace fovea
