// The two products of a few query rows with many keys, read from where they lie: no packing, every element once.
//
//     dot_rows<4, 8>(keys, stride, count, queries, query_stride, d, scores, score_stride, ahead)
//     add_rows<4, 8>(values, stride, count, weights, weight_stride, d, output, output_stride, ahead)
//
// Rows share each element that is loaded and converted; the memory is read ahead by software prefetch.
#pragma once
#include "fovea/machine/simd/hooks.hpp"
#include "fovea/machine/simd/sum_each.hpp"
#include "fovea/meta/constant.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Memory that the next phase will read, asked for while this phase computes: the values of a block during its first
// product, the keys of the next block during its second. A core has few requests under way at once, and what is asked
// for beyond them waits: so the lines are spread evenly over the work of the phase.
class read_ahead {
public:
    read_ahead() = default; // nothing
    // `bytes` of each of `rows` rows, `stride` bytes apart, while `work` vectors are multiplied.
    read_ahead(char const* first, index stride, index bytes, index rows, index work)
        : row_(first),
          stride_(stride),
          bytes_(bytes),
          left_(rows * ceil_div(bytes, line)),
          rate_(ceil_div(whole * left_, greatest(work, index{1}))) {}

    // So many vectors were multiplied.
    FOVEA_HOST_DEVICE void step(index vectors) {
        for (due_ += vectors * rate_; due_ >= whole; due_ -= whole) {
            if (left_ <= 0) return;
            --left_;
            __builtin_prefetch(row_ + at_, 0, 3);
            at_ += line;
            if (at_ >= bytes_) {
                at_ = 0;
                row_ += stride_;
            }
        }
    }

private:
    static constexpr index line = 64, whole = index{1} << 20;
    char const* row_ = nullptr;
    index stride_ = 0, bytes_ = 0, at_ = 0, left_ = 0;
    index rate_ = 0, due_ = 0; // parts of a line, `whole` of them: a vector's, those not asked for yet
};

// scores[r][j] = queries[r] . keys[j] for R rows and N keys; d a multiple of N, queries in the keys' loaded order.
template <int R, int N, class T>
FOVEA_HOST_DEVICE void dot_block(T const* keys, index stride, float const* queries, index query_stride, index d,
                                 float* scores, index score_stride, read_ahead& ahead) {
    constexpr int at_once = least(8 / R, N); // 8 sums hide the latency of a multiply-add
    real_lanes<N> part[R][N];
    for (int j = 0; j < N; j += at_once) {
        real_lanes<N> acc[at_once][R];
        for (int i = 0; i < at_once; ++i)
            for (int r = 0; r < R; ++r) acc[i][r] = splat<N>(0.f);
        index c = 0;
        for (; c + 2 * N <= d; c += 2 * N) {
            ahead.step(2 * at_once * R);
            if constexpr (R < at_once) {
                two_vectors<N> query[R];
                FOVEA_UNROLL
                for (int r = 0; r < R; ++r) query[r] = load_two<N>(queries + r * query_stride + c);
                FOVEA_UNROLL
                for (int i = 0; i < at_once; ++i) {
                    const auto key = load_two<N>(keys + (j + i) * stride + c);
                    FOVEA_UNROLL
                    for (int r = 0; r < R; ++r)
                        acc[i][r] = fma(key.second, query[r].second, fma(key.first, query[r].first, acc[i][r]));
                }
            } else {
                two_vectors<N> key[at_once];
                FOVEA_UNROLL
                for (int i = 0; i < at_once; ++i) key[i] = load_two<N>(keys + (j + i) * stride + c);
                FOVEA_UNROLL
                for (int r = 0; r < R; ++r) {
                    auto query = load_two<N>(queries + r * query_stride + c);
                    hold(query.first);
                    FOVEA_UNROLL
                    for (int i = 0; i < at_once; ++i) acc[i][r] = fma(key[i].first, query.first, acc[i][r]);
                    hold(query.second);
                    FOVEA_UNROLL
                    for (int i = 0; i < at_once; ++i) acc[i][r] = fma(key[i].second, query.second, acc[i][r]);
                }
            }
        }
        if (c < d)
            for (int i = 0; i < at_once; ++i)
                for (int r = 0; r < R; ++r)
                    acc[i][r] = fma(load_as_real<N>(keys + (j + i) * stride + c),
                                    load<N>(queries + r * query_stride + c), acc[i][r]);
        for (int i = 0; i < at_once; ++i)
            for (int r = 0; r < R; ++r) part[r][j + i] = acc[i][r];
    }
    FOVEA_UNROLL
    for (int r = 0; r < R; ++r) store(scores + r * score_stride, sum_each(part[r]));
}

template <int R, int N, class T>
[[gnu::noinline]] void dot_rows(T const* keys, index stride, index count, float const* queries, index query_stride,
                                index d, float* scores, index score_stride, read_ahead& ahead) {
    index j = 0;
    read_ahead due = ahead; // in registers
    for (; j + N <= count; j += N)
        dot_block<R, N>(keys + j * stride, stride, queries, query_stride, d, scores + j, score_stride, due);
    ahead = due;
    for (; j < count; ++j)
        for (int r = 0; r < R; ++r) {
            auto acc = splat<N>(0.f);
            index c = 0;
            for (; c + 2 * N <= d; c += 2 * N) {
                const auto key = load_two<N>(keys + j * stride + c),
                           query = load_two<N>(queries + r * query_stride + c);
                acc = fma(key.second, query.second, fma(key.first, query.first, acc));
            }
            if (c < d) acc = fma(load_as_real<N>(keys + j * stride + c), load<N>(queries + r * query_stride + c), acc);
            scores[r * score_stride + j] = sum_of(acc);
        }
}

// C vectors of a row, in the loaded order where C is even.
template <int C, int N, class T> FOVEA_HOST_DEVICE void load_channels(real_lanes<N> (&row)[C], T const* from) {
    if constexpr (C == 1) row[0] = load_as_real<N>(from);
    else {
        FOVEA_UNROLL
        for (int c = 0; c < C; c += 2) {
            const auto two = load_two<N>(from + c * N);
            row[c] = two.first;
            row[c + 1] = two.second;
        }
    }
}

// output[r] += sum over j of weights[r][j] * values[j] for C vectors of channels, in the values' loaded order if C is
// even.
template <int R, int C, int N, class T>
FOVEA_HOST_DEVICE void add_channels(T const* values, index stride, index count, float const* weights,
                                    index weight_stride, float* output, index output_stride, read_ahead& ahead) {
    real_lanes<N> acc[R][C];
    FOVEA_UNROLL
    for (int r = 0; r < R; ++r) {
        FOVEA_UNROLL
        for (int c = 0; c < C; ++c) acc[r][c] = load<N>(output + r * output_stride + c * N);
    }
    const auto add_key = [&](index j) {
        real_lanes<N> value[C];
        load_channels(value, values + j * stride);
        FOVEA_UNROLL
        for (int r = 0; r < R; ++r) {
            const auto weight = splat<N>(weights[r * weight_stride + j]);
            FOVEA_UNROLL
            for (int c = 0; c < C; ++c) acc[r][c] = fma(weight, value[c], acc[r][c]);
        }
    };
    constexpr int keys = 4; // between two looks at what is due
    read_ahead due = ahead; // in registers
    index j = 0;
    for (; j + keys <= count; j += keys) {
        due.step(keys * R * C);
        FOVEA_UNROLL
        for (int i = 0; i < keys; ++i) add_key(j + i);
    }
    for (; j < count; ++j) add_key(j);
    ahead = due;
    FOVEA_UNROLL
    for (int r = 0; r < R; ++r) {
        FOVEA_UNROLL
        for (int c = 0; c < C; ++c) store(output + r * output_stride + c * N, acc[r][c]);
    }
}

template <int R, int N, class T>
[[gnu::noinline]] void add_rows(T const* values, index stride, index count, float const* weights, index weight_stride,
                                index d, float* output, index output_stride, read_ahead& ahead) {
    constexpr int at_once = 8 / R;
    const auto channels = [&](auto vectors, index c) {
        add_channels<R, static_cast<int>(decltype(vectors)::value), N>(values + c, stride, count, weights,
                                                                       weight_stride, output + c, output_stride, ahead);
    };
    index c = 0;
    for (; c + at_once * N <= d; c += at_once * N) channels(constant_size<at_once>{}, c);
    if constexpr (at_once > 2)
        for (; c + 2 * N <= d; c += 2 * N) channels(constant_size<2>{}, c);
    if (c < d) channels(constant_size<1>{}, c);
}

} // namespace v0_1
} // namespace fovea
