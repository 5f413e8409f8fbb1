// The two products of a few query rows with many keys, read from where they lie: no packing, every element once.
//
//     dot_rows<4, 8>(keys, stride, count, queries, query_stride, d, scores, score_stride, ahead)
//     add_rows<4, 8>(values, stride, count, weights, weight_stride, d, output, output_stride, ahead)
//
// Rows share each element that is loaded and converted; the memory is read ahead by software prefetch.
#pragma once
#include "fovea/machine/simd/hooks.hpp"
#include "fovea/machine/simd/sum_each.hpp"

namespace fovea {

// Memory that the next phase will read, fetched a row at a time while this phase computes: the values of a block during
// its first product, the keys of the next block during its second.
struct read_ahead {
    char const* next = nullptr; // row to fetch
    index stride = 0, bytes = 0, rows = 0;

    FOVEA_HOST_DEVICE void row() {
        if (rows <= 0) return;
        --rows;
        for (index i = 0; i < bytes; i += 64) __builtin_prefetch(next + i, 0, 3);
        next += stride;
    }
};

// scores[r][j] = queries[r] . keys[j] for R rows and N keys; d a multiple of N.
template <int R, int N, class T>
FOVEA_HOST_DEVICE void dot_block(T const* keys, index stride, float const* queries, index query_stride, index d,
                                 float* scores, index score_stride) {
    constexpr int at_once = R == 1 ? 4 : 2;
    real_lanes<N> part[R][N];
    for (int j = 0; j < N; j += at_once) {
        real_lanes<N> acc[at_once][R];
        for (int i = 0; i < at_once; ++i)
            for (int r = 0; r < R; ++r) acc[i][r] = splat<N>(0.f);
        for (index c = 0; c < d; c += N) {
            real_lanes<N> key[at_once];
            FOVEA_UNROLL
            for (int i = 0; i < at_once; ++i) key[i] = load_as_real<N>(keys + (j + i) * stride + c);
            FOVEA_UNROLL
            for (int r = 0; r < R; ++r) {
                auto query = load<N>(queries + r * query_stride + c);
                hold(query);
                FOVEA_UNROLL
                for (int i = 0; i < at_once; ++i) acc[i][r] = fma(key[i], query, acc[i][r]);
            }
        }
        for (int i = 0; i < at_once; ++i)
            for (int r = 0; r < R; ++r) part[r][j + i] = acc[i][r];
    }
    FOVEA_UNROLL
    for (int r = 0; r < R; ++r) store(scores + r * score_stride, sum_each(part[r]));
}

template <int R, int N, class T>
[[gnu::noinline]] void dot_rows(T const* keys, index stride, index count, float const* queries, index query_stride,
                                index d, float* scores, index score_stride, read_ahead ahead) {
    index j = 0;
    for (; j + N <= count; j += N) {
        for (index i = 0; i < N; ++i) ahead.row();
        dot_block<R, N>(keys + j * stride, stride, queries, query_stride, d, scores + j, score_stride);
    }
    for (; j < count; ++j)
        for (int r = 0; r < R; ++r) {
            auto acc = splat<N>(0.f);
            for (index c = 0; c < d; c += N)
                acc = fma(load_as_real<N>(keys + j * stride + c), load<N>(queries + r * query_stride + c), acc);
            scores[r * score_stride + j] = sum_of(acc);
        }
}

// output[r] += sum over j of weights[r][j] * values[j] for C vectors of channels.
template <int R, int C, int N, class T>
FOVEA_HOST_DEVICE void add_channels(T const* values, index stride, index count, float const* weights,
                                    index weight_stride, float* output, index output_stride, read_ahead& ahead) {
    real_lanes<N> acc[R][C];
    FOVEA_UNROLL
    for (int r = 0; r < R; ++r) {
        FOVEA_UNROLL
        for (int c = 0; c < C; ++c) acc[r][c] = load<N>(output + r * output_stride + c * N);
    }
    for (index j = 0; j < count; ++j) {
        ahead.row();
        real_lanes<N> value[C];
        FOVEA_UNROLL
        for (int c = 0; c < C; ++c) value[c] = load_as_real<N>(values + j * stride + c * N);
        FOVEA_UNROLL
        for (int r = 0; r < R; ++r) {
            const auto weight = splat<N>(weights[r * weight_stride + j]);
            FOVEA_UNROLL
            for (int c = 0; c < C; ++c) acc[r][c] = fma(weight, value[c], acc[r][c]);
        }
    }
    FOVEA_UNROLL
    for (int r = 0; r < R; ++r) {
        FOVEA_UNROLL
        for (int c = 0; c < C; ++c) store(output + r * output_stride + c * N, acc[r][c]);
    }
}

template <int R, int N, class T>
[[gnu::noinline]] void add_rows(T const* values, index stride, index count, float const* weights, index weight_stride,
                                index d, float* output, index output_stride, read_ahead ahead) {
    constexpr int at_once = R == 1 ? 8 : R == 2 ? 4 : 2;
    index c = 0;
    for (; c + at_once * N <= d; c += at_once * N)
        add_channels<R, at_once, N>(values + c, stride, count, weights, weight_stride, output + c, output_stride,
                                    ahead);
    for (; c < d; c += N)
        add_channels<R, 1, N>(values + c, stride, count, weights, weight_stride, output + c, output_stride, ahead);
}

} // namespace fovea
