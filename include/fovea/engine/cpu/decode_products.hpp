// The two products of a few query rows with many keys, read from where they lie: no packing, every element once.
//
//     dot_rows<Shape, R>(keys, stride, blocks, queries, words, scores, ahead)
//     add_rows<Shape, R>(values, stride, keys, weights, channels, output, ahead)
//
// Rows lie side by side in one vector or in several, so that a key is never turned over and a load serves them all:
//
//     lane           0       1       2       3       4       5     ...      R rows of P = lanes / R parts
//     queries     row 0   row 0   row 1   row 1   row 2   row 2             word u P + part of the row
//     key          w 0     w 1     w 0     w 1     w 0     w 1              P words of one key, repeated
//
// The parts of `lanes` keys are summed and turned over at once: fold_parts. Values go along the lanes as they lie.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/engine/cpu/multiply.hpp"
#include "fovea/engine/cpu/read_ahead.hpp"
#include "fovea/machine/simd/fold_parts.hpp"
#include "fovea/machine/simd/row_addresses.hpp"
#include "fovea/meta/constant.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Keys worked on at once. The longer keys and values are read before the other is, the fewer streams are lost; 128 rows
// of either, twice, fill a second cache of 512 KiB at most by half.
inline constexpr int decode_block = 128;

// How elements of type T lie in words and are multiplied. A word of floats or fp16 is one number. One of bf16 is two:
// without products of pairs two factors, and queries are two vectors for it, its lower halves' and its upper ones'.
template <cpu_shape Shape, class T> struct element_words {
    static constexpr int lanes = Shape.lanes, channels = std::is_same_v<T, bf16> ? 2 : 1; // of a word
    static constexpr int factors = Shape.pairs() ? 1 : channels;
    static constexpr int keys = Shape.pairs() ? 2 : 1; // in a word of weights
    // The factors of P words that lie side by side, repeated along the lanes.
    template <int P> FOVEA_HOST_DEVICE static void load_factors(array_of<real_lanes<lanes>, factors>& x, T const* p) {
        if constexpr (factors == 2) {
            const auto halves = halves_of(repeat_words<lanes, P>(p));
            x[0] = halves.first;
            x[1] = halves.second;
        } else if constexpr (std::is_same_v<T, fp16>) x[0] = fp16_as_reals<lanes>(repeat_words<lanes / 2, P / 2>(p));
        else x[0] = repeat_words<lanes, P>(p);
    }
    // Channels that fill whole vectors.
    static constexpr index whole(index n) { return round_up(n, index{lanes * channels}); }

    // Where channel c of a row is among `lanes * channels` channels, as values come apart into vectors.
    static constexpr int place(int c) {
        if constexpr (channels == 1) return c;
        else if constexpr (Shape.pairs()) return c % 8 / 4 * lanes + c / 8 * 4 + c % 4;
        else return c % 2 * lanes + c / 2;
    }
    // Whole rows of sums as add_rows leaves them -> their channels in order.
    static void in_order(float const* from, float* to, index n) {
        for (index c = 0; c < n; c += lanes * channels) {
            FOVEA_UNROLL
            for (int i = 0; i < lanes * channels; ++i) to[c + i] = from[c + place(i)];
        }
    }
};

// ---- scores --------------------------------------------------------------------------------------------------------
// How R rows of queries lie: side by side in one vector or in several. A key is loaded and converted once for all of
// them: where products wait for that, as those of short vectors do for loads of single words, and most for fp16, whose
// conversion takes a core as long as four products. More vectors are more to be folded.
template <cpu_shape Shape, class T, int R> struct query_rows {
    static constexpr bool single_words = Shape.lanes <= 8 && R == Shape.lanes;
    static constexpr int most = std::is_same_v<T, fp16>                                 ? 64 / Shape.lanes
                                : element_words<Shape, T>::factors == 2 || single_words ? 2
                                                                                        : 1;
    static constexpr int vectors = least(R, most), beside = R / vectors;
    static constexpr int parts = Shape.lanes / beside; // words of one row in a vector
};
// Floats that queries of R rows take, laid out for the product: of `words` words of a key.
template <cpu_shape Shape, class T> constexpr index laid_out(index rows, index words) {
    return rows * words * element_words<Shape, T>::factors;
}
// One row of floats, which is overwritten, into its lanes.
template <cpu_shape Shape, class T, int R> void lay_out_query(float* row, int r, index words, float* out) {
    using w = element_words<Shape, T>;
    using rows = query_rows<Shape, T, R>;
    constexpr int n = Shape.lanes, parts = rows::parts;
    if constexpr (Shape.pairs())
        for (index u = 0; u < words; u += n)
            store_into(row + u, bf16_words(load<n>(row + 2 * u), load<n>(row + 2 * u + n)));
    out += r * parts;
    for (index u = 0; u < words; u += parts)
        for (int f = 0; f < w::factors; ++f, out += rows::vectors * n)
            for (int i = 0; i < parts; ++i) out[i] = row[(u + i) * w::factors + f];
}

// scores[r][j] = queries[r] . keys[j] for so many blocks of `lanes` keys. stride: of elements; words: of a key, a
// multiple of the lanes; rows of scores are decode_block apart.
template <cpu_shape Shape, int R, class T>
[[gnu::noinline]] void dot_rows(T const* keys, index stride, index blocks, float const* queries, index words,
                                float* scores, read_ahead& ahead) {
    using w = element_words<Shape, T>;
    using rows = query_rows<Shape, T, R>;
    constexpr int n = Shape.lanes, parts = rows::parts, factors = w::factors, vectors = rows::vectors;
    // Keys at once: few, as memory is quickest in its order, but as many as there must be sums to hide the latency of a
    // product. Eight rows on long vectors have work enough to be slowed down by it: two sums for each of eight keys.
    constexpr int together = n <= 8 ? n / vectors : least(R >= 8 ? 8 : 4, n / vectors);
    constexpr int sums = n >= 16 && R >= 8 && vectors == 1 ? 2 : 1;
    read_ahead due = ahead; // in registers
    for (index block = 0; block < blocks; ++block) {
        array_of<array_of<real_lanes<n>, n>, vectors> part;
        for (int first = 0; first < n; first += together) {
            array_of<array_of<array_of<real_lanes<n>, vectors>, together>, sums> acc;
            FOVEA_UNROLL
            for (int i = 0; i < sums * together * vectors; ++i)
                acc[i / vectors / together][i / vectors % together][i % vectors] = splat<n>(0.f);
            row_addresses<T, together> key(keys + (block * n + first) * stride, stride);
            float const* query = queries;
            for (index u = 0; u < words; u += sums * parts) {
                due.step(sums * together * factors * vectors);
                array_of<array_of<array_of<real_lanes<n>, vectors>, factors>, sums> q;
                FOVEA_UNROLL
                for (int i = 0; i < sums * factors * vectors; ++i)
                    q[i / vectors / factors][i / vectors % factors][i % vectors] = load<n>(query + i * n);
                query += sums * factors * vectors * n;
                FOVEA_UNROLL
                for (int i = 0; i < together; ++i) {
                    FOVEA_UNROLL
                    for (int s = 0; s < sums; ++s) {
                        array_of<real_lanes<n>, factors> x;
                        w::template load_factors<parts>(x, key[i] + s * parts * w::channels);
                        FOVEA_UNROLL
                        for (int j = 0; j < vectors * factors; ++j) {
                            real_lanes<n>& sum = acc[s][i][j / factors];
                            sum = multiply_add<Shape.product>(sum, x[j % factors], q[s][j % factors][j / factors]);
                        }
                    }
                }
                key.advance(sums * parts * w::channels);
            }
            FOVEA_UNROLL
            for (int i = 0; i < together * vectors; ++i) {
                const int k = i / vectors, v = i % vectors;
                part[v][first + k] = acc[0][k][v];
                FOVEA_UNROLL
                for (int s = 1; s < sums; ++s) part[v][first + k] = part[v][first + k] + acc[s][k][v];
            }
        }
        FOVEA_UNROLL
        for (int v = 0; v < vectors; ++v) {
            fold_parts<rows::beside>(part[v]);
            FOVEA_UNROLL
            for (int r = 0; r < rows::beside; ++r)
                store(scores + (v * rows::beside + r) * decode_block + block * n, part[v][r]);
        }
    }
    ahead = due;
}

// ---- output --------------------------------------------------------------------------------------------------------
// C vectors of values for one word of weights: of one key, or of two.
template <cpu_shape Shape, class Values, class T>
FOVEA_HOST_DEVICE void load_values(Values& value, T const* from, index stride) {
    constexpr int n = Shape.lanes, C = length_of<Values>;
    if constexpr (!std::is_same_v<T, bf16>) {
        FOVEA_UNROLL
        for (int c = 0; c < C; ++c) value[c] = load_as_real<n>(from + c * n);
    } else {
        FOVEA_UNROLL
        for (int c = 0; c < C; c += 2) {
            const auto words = repeat_words<n, n>(from + c * n);
            two_vectors<n> two;
            if constexpr (Shape.pairs())
                two = interleaved<words_lie::in_fours>(words, repeat_words<n, n>(from + stride + c * n),
                                                       std::make_integer_sequence<int, 2 * n>{});
            else two = halves_of(words);
            value[c] = two.first;
            value[c + 1] = two.second;
        }
    }
}

template <cpu_shape Shape, int R, int C, class T>
FOVEA_HOST_DEVICE void add_channels(T const* values, index stride, index count, word const* weights, float* output,
                                    index channels, read_ahead& due) {
    constexpr int n = Shape.lanes, keys = element_words<Shape, T>::keys, unrolled = 2;
    array_of<array_of<real_lanes<n>, C>, R> acc;
    FOVEA_UNROLL
    for (int r = 0; r < R; ++r) {
        FOVEA_UNROLL
        for (int c = 0; c < C; ++c) acc[r][c] = load<n>(output + r * channels + c * n);
    }
    const auto add_word = [&](index u) {
        array_of<real_lanes<n>, C> value;
        load_values<Shape>(value, values + u * keys * stride, stride);
        if constexpr (R > 1) { // one row has no second use for them, and short vectors no registers
            FOVEA_UNROLL
            for (int c = 0; c < C; ++c) hold(value[c]);
        }
        FOVEA_UNROLL
        for (int r = 0; r < R; ++r) {
            const auto weight = broadcast_word<n>(weights + r * decode_block + u);
            FOVEA_UNROLL
            for (int c = 0; c < C; ++c) acc[r][c] = multiply_add<Shape.product>(acc[r][c], weight, value[c]);
        }
    };
    const index words = count / keys;
    index u = 0;
    for (; u + unrolled <= words; u += unrolled) {
        due.step(unrolled * R * C);
        FOVEA_UNROLL
        for (int i = 0; i < unrolled; ++i) add_word(u + i);
    }
    if (u < words) add_word(u);
    FOVEA_UNROLL
    for (int r = 0; r < R; ++r) {
        FOVEA_UNROLL
        for (int c = 0; c < C; ++c) store(output + r * channels + c * n, acc[r][c]);
    }
}

// output[r] += sum over j of weights[r][j] * values[j], channels in the order of element_words::place. Rows of weights
// are decode_block words apart. count: of pairs, even.
template <cpu_shape Shape, int R, class T>
[[gnu::noinline]] void add_rows(T const* values, index stride, index count, word const* weights, index channels,
                                float* output, read_ahead& ahead) {
    constexpr int n = Shape.lanes, step = element_words<Shape, T>::channels;
    constexpr int at_once = least(8, (native_isa.registers >= 32 ? 16 : 8) / R); // vectors of channels
    if constexpr (at_once < 2) { // too few registers for so many rows
        add_rows<Shape, R / 2>(values, stride, count, weights, channels, output, ahead);
        add_rows<Shape, R / 2>(values, stride, count, weights + R / 2 * decode_block, channels,
                               output + R / 2 * channels, ahead);
    } else {
        read_ahead due = ahead; // in registers
        index c = 0;
        for (; c + at_once * n <= channels; c += at_once * n)
            add_channels<Shape, R, at_once>(values + c, stride, count, weights, output + c, channels, due);
        if constexpr (at_once > step)
            for (; c < channels; c += step * n)
                add_channels<Shape, R, step>(values + c, stride, count, weights, output + c, channels, due);
        ahead = due;
    }
}

} // namespace v0_1
} // namespace fovea
