// The two register-blocked products: queries x keys into accumulators, weights x values into the output tile.
//
//     accumulators<Shape> c;   multiply_scores<Shape>(c, queries, keys, words);
//
// Cost: bench/peak.cpp holds these loops against the bare fused-multiply-add rate.
#pragma once
#include "fovea/engine/cpu/pack.hpp"

namespace fovea {

template <cpu_shape Shape> struct accumulators {
    real_lanes<Shape.lanes> c[Shape.rows][Shape.vectors];
};

// c + a * b, a one word for all lanes.
template <cpu_shape Shape>
FOVEA_HOST_DEVICE real_lanes<Shape.lanes> multiply_add(real_lanes<Shape.lanes> c, word const* a,
                                                       real_lanes<Shape.lanes> b) {
    constexpr int n = Shape.lanes;
    if constexpr (Shape.pairs) {
        std::int32_t pair;
        std::memcpy(&pair, a, sizeof pair);
        return multiply_pairs(c, splat<n>(pair), reinterpret<std::int32_t>(b));
    } else {
        float x;
        std::memcpy(&x, a, sizeof x);
        return fma(splat<n>(x), b, c);
    }
}

template <int N> FOVEA_HOST_DEVICE real_lanes<N> load_words(word const* p) {
    real_lanes<N> x;
    std::memcpy(&x, p, sizeof x);
    return x;
}

// a: Shape.rows rows of `words`, stride a_stride. b: a panel, words x width.
template <cpu_shape Shape>
FOVEA_HOST_DEVICE void multiply_panel(accumulators<Shape>& acc, word const* a, index a_stride, word const* b,
                                      index begin, index end) {
    for (index u = begin; u < end; ++u) {
        real_lanes<Shape.lanes> row[Shape.vectors];
        FOVEA_UNROLL
        for (int j = 0; j < Shape.vectors; ++j) row[j] = load_words<Shape.lanes>(b + u * Shape.width() + j * Shape.lanes);
        FOVEA_UNROLL
        for (int i = 0; i < Shape.rows; ++i) {
            FOVEA_UNROLL
            for (int j = 0; j < Shape.vectors; ++j)
                acc.c[i][j] = multiply_add<Shape>(acc.c[i][j], a + i * a_stride + u, row[j]);
        }
    }
}

template <cpu_shape Shape> FOVEA_HOST_DEVICE void clear(accumulators<Shape>& acc) {
    FOVEA_UNROLL
    for (int i = 0; i < Shape.rows; ++i) {
        FOVEA_UNROLL
        for (int j = 0; j < Shape.vectors; ++j) acc.c[i][j] = splat<Shape.lanes>(0.f);
    }
}

// out[rows][width] = alpha * out + weights * values over words [begin, end); out starts fresh (as zero) when told so.
template <cpu_shape Shape>
[[gnu::noinline]] void multiply_values(word const* weights, index weight_stride, word const* values, float* out,
                                       index out_stride, index begin, index end, float const* alpha, bool fresh) {
    accumulators<Shape> acc;
    if (fresh) clear(acc);
    else {
        FOVEA_UNROLL
        for (int i = 0; i < Shape.rows; ++i) {
            FOVEA_UNROLL
            for (int j = 0; j < Shape.vectors; ++j)
                acc.c[i][j] = load<Shape.lanes>(out + i * out_stride + j * Shape.lanes);
        }
        if (alpha) {
            FOVEA_UNROLL
            for (int i = 0; i < Shape.rows; ++i) {
                FOVEA_UNROLL
                for (int j = 0; j < Shape.vectors; ++j) acc.c[i][j] = acc.c[i][j] * alpha[i];
            }
        }
    }
    multiply_panel<Shape>(acc, weights, weight_stride, values, begin, end);
    FOVEA_UNROLL
    for (int i = 0; i < Shape.rows; ++i) {
        FOVEA_UNROLL
        for (int j = 0; j < Shape.vectors; ++j) store(out + i * out_stride + j * Shape.lanes, acc.c[i][j]);
    }
}

} // namespace fovea
