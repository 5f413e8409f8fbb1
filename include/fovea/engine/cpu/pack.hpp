// Operands rearranged for the products, in 32-bit words: a float each, or a pair of bf16 along the inner axis.
//
//     queries   row r:  word u of row r at  r * words + u                    (the matrix unit: cpu_shape::word_of)
//     keys      panel of W keys:      word u of key j at  u * W + j          (W x words, transposed)
//     values    panel of W channels:  word u (key u, or keys 2u and 2u + 1) of channel c at  u * W + c
//
// W is key_width() or channel_width() of the shape; at 16 a panel is the matrix unit's tiles, one after another.
// What lies beyond the last key, channel or query row is zero: padding and tails of the operands are never read.
#pragma once
#include <cstring>

#include "fovea/engine/cpu/row_reader.hpp"
#include "fovea/engine/cpu/shape.hpp"
#include "fovea/machine/simd/transpose.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// One row of floats as words, n channels padded with zero to whole words.
template <cpu_shape Shape> void pack_row(float const* row, index n, word* out) {
    constexpr int lanes = Shape.lanes;
    if constexpr (!Shape.pairs()) std::memcpy(out, row, static_cast<std::size_t>(n) * sizeof(float));
    else {
        index c = 0;
        for (; c + 2 * lanes <= n; c += 2 * lanes)
            store_into(out + c / 2, bf16_words(load<lanes>(row + c), load<lanes>(row + c + lanes)));
        for (; c < n; c += 2) {
            const word lo = bf16_bits(row[c]), hi = c + 1 < n ? bf16_bits(row[c + 1]) : 0u;
            out[c / 2] = lo | hi << 16;
        }
        for (c = ceil_div(n, index{2}); c < Shape.words(n); ++c) out[c] = 0;
    }
}

template <cpu_shape Shape> using packed_element = std::conditional_t<Shape.pairs(), bf16, float>;

// Where row i lies, if its words can be taken from there: not where they are padded. Else nullptr.
template <cpu_shape Shape, class Reader> word const* in_place(Reader const& reader, index i) {
    using element = packed_element<Shape>;
    constexpr index pieces = sizeof(word) / sizeof(element);
    if constexpr (requires { reader.template in_place<element>(i); })
        if (Shape.words(reader.channels()) * pieces == reader.channels()) return reader.template in_place<element>(i);
    return nullptr;
}

// In vectors: for a short row a call costs more than the copy.
template <int N> void copy_words(word const* from, index n, word* to) {
    index u = 0;
    for (; u + N <= n; u += N) store_into(to + u, load_from<float, N>(from + u));
    if (u < n) std::memcpy(to + u, from + u, static_cast<std::size_t>(n - u) * sizeof(word));
}

// Rows of words: where the first lies, and how far from it the next.
struct word_rows {
    word const* first = nullptr;
    index apart = 0;
};
// Where such rows lie, if the product can take them from there and none is needed beyond the last; else nowhere.
template <cpu_shape Shape, class Reader> word_rows rows_in_place(Reader const& reader, index begin, index count) {
    if constexpr (!Shape.tiles() && requires { reader.template words_apart<packed_element<Shape>>(); })
        if (count % Shape.row_unit() == 0)
            return {in_place<Shape>(reader, begin), reader.template words_apart<packed_element<Shape>>()};
    return {};
}

// Rows [begin, begin + count) into `padded` rows. row, words_of_row: scratch for one row.
template <cpu_shape Shape, class Reader>
void pack_queries(Reader& reader, index begin, index count, index padded, float* row, word* words_of_row, word* out) {
    const index d = reader.channels(), words = Shape.words(d);
    for (index i = 0; i < padded; ++i) {
        word const* from = i < count ? in_place<Shape>(reader, begin + i) : nullptr;
        if (!from && i < count) {
            reader.read(begin + i, row);
            pack_row<Shape>(row, d, words_of_row);
            from = words_of_row;
        }
        const index piece = Shape.tiles() ? index{tile_side} : words; // that lie together
        for (index u = 0; u < words; u += piece) {
            word* to = out + Shape.word_of(i, u, words);
            if (from) copy_words<Shape.lanes>(from + u, piece, to);
            else std::memset(to, 0, static_cast<std::size_t>(piece) * sizeof(word));
        }
    }
}

// Keys [begin, begin + count) into panels covering `padded` keys. rows: scratch for N rows of words, N * words(d).
template <cpu_shape Shape, class Reader>
void pack_keys(Reader& reader, index begin, index count, index padded, float* row, word* rows, word* out) {
    constexpr index width = Shape.key_width(), block = Shape.lanes;
    const index d = reader.channels(), words = Shape.words(d);
    for (index j = 0; j < padded; j += block) {
        word const* from = rows;
        index stride = words;
        if constexpr (requires { reader.template words_apart<packed_element<Shape>>(); })
            if (j + block <= count)
                if (word const* lies = in_place<Shape>(reader, begin + j)) {
                    from = lies;
                    stride = reader.template words_apart<packed_element<Shape>>();
                }
        for (index i = 0; from == rows && i < block; ++i) {
            if (j + i < count) {
                if constexpr (Shape.pairs()) {
                    reader.read(begin + j + i, row);
                    pack_row<Shape>(row, d, rows + i * words);
                } else reader.read(begin + j + i, reinterpret_cast<float*>(rows + i * words)); // words are floats
            } else std::memset(rows + i * words, 0, static_cast<std::size_t>(words) * sizeof(word));
        }
        word* panel = out + j / width * width * words + j % width;
        const index whole = words / block * block;
        for (index u = 0; u < whole; u += block) transpose<Shape.lanes>(from + u, stride, panel + u * width, width);
        for (index i = 0; i < block; ++i)
            for (index u = whole; u < words; ++u)
                std::memcpy(panel + u * width + i, from + i * stride + u, sizeof(word));
    }
}

// Values [begin, begin + count) into channel panels of weight_words() words each, of which those of the first `padded`
// keys are written. row: scratch for two padded rows.
template <cpu_shape Shape, class Reader>
void pack_values(Reader& reader, index begin, index count, index padded, float* row, word* out) {
    constexpr index width = Shape.channel_width();
    const index d = reader.channels(), padded_d = Shape.padded_channels(d), words = Shape.words(padded);
    float* second = row + padded_d;
    std::memset(row, 0, static_cast<std::size_t>(2 * padded_d) * sizeof(float));
    for (index u = 0; u < words; ++u) {
        const index key = Shape.pairs() ? 2 * u : u;
        const auto place = [&](index c) {
            return out + c / width * width * Shape.weight_words() + u * width + c % width;
        };
        if constexpr (Shape.pairs() && requires { reader.template words_apart<bf16>(); })
            if (key + 1 < count && d == padded_d) {
                word const *a = in_place<Shape>(reader, begin + key), *b = in_place<Shape>(reader, begin + key + 1);
                if (a && b) {
                    constexpr int n = Shape.lanes;
                    for (index c = 0; c < d; c += 2 * n) {
                        const auto pairs = interleaved<words_lie::in_order>(load_from<float, n>(a + c / 2),
                                                                            load_from<float, n>(b + c / 2),
                                                                            std::make_integer_sequence<int, 2 * n>{});
                        store_into(place(c), pairs.first);
                        store_into(place(c + n), pairs.second);
                    }
                    continue;
                }
            }
        if (key < count) reader.read(begin + key, row);
        else std::memset(row, 0, static_cast<std::size_t>(padded_d) * sizeof(float));
        if constexpr (Shape.pairs()) {
            if (key + 1 < count) reader.read(begin + key + 1, second);
            else std::memset(second, 0, static_cast<std::size_t>(padded_d) * sizeof(float));
        }
        for (index c = 0; c < padded_d; c += Shape.lanes) {
            const auto x = load<Shape.lanes>(row + c);
            if constexpr (Shape.pairs()) store_into(place(c), pair_of(x, load<Shape.lanes>(second + c)));
            else store_into(place(c), x);
        }
    }
}

} // namespace v0_1
} // namespace fovea
