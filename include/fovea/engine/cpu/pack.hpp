// Operands rearranged for the products, in 32-bit words: a float each, or a pair of bf16 along the inner axis.
//
//     queries   row r:  word u of row r at  r * words + u
//     keys      panel of W keys:      word u of key j at  u * W + j          (W x words, transposed)
//     values    panel of W channels:  word u (key u, or keys 2u and 2u + 1) of channel c at  u * W + c
//
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
    }
}

// Rows [begin, begin + count) into `padded` rows. row: scratch for one row.
template <cpu_shape Shape, class Reader>
void pack_queries(Reader& reader, index begin, index count, index padded, float* row, word* out) {
    const index d = reader.channels(), words = Shape.words(d);
    for (index i = 0; i < count; ++i) {
        reader.read(begin + i, row);
        pack_row<Shape>(row, d, out + i * words);
    }
    std::memset(out + count * words, 0, static_cast<std::size_t>((padded - count) * words) * sizeof(word));
}

// Keys [begin, begin + count) into panels covering `padded` keys. rows: scratch for N rows of words, N * words(d).
template <cpu_shape Shape, class Reader>
void pack_keys(Reader& reader, index begin, index count, index padded, float* row, word* rows, word* out) {
    constexpr index width = Shape.key_panel(), block = Shape.lanes;
    const index d = reader.channels(), words = Shape.words(d);
    for (index j = 0; j < padded; j += block) {
        word const* from = rows;
        index stride = words;
        if constexpr (!Shape.pairs() && requires { reader.in_place(j); })
            if (j + block <= count)
                if (float const* lies = reader.in_place(begin + j)) {
                    from = reinterpret_cast<word const*>(lies);
                    stride = reader.stride();
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
        index u = 0;
        for (; u + block <= words; u += block) transpose<Shape.lanes>(from + u, stride, panel + u * width, width);
        for (; u < words; ++u)
            for (index i = 0; i < block; ++i) std::memcpy(panel + u * width + i, from + i * stride + u, sizeof(word));
    }
}

// Values [begin, begin + count) into channel panels of tile_words() words each, of which those of the first `padded`
// keys are written. row: scratch for two padded rows.
template <cpu_shape Shape, class Reader>
void pack_values(Reader& reader, index begin, index count, index padded, float* row, word* out) {
    constexpr index width = Shape.channel_panel();
    const index d = reader.channels(), padded_d = Shape.padded_channels(d), words = Shape.words(padded);
    float* second = row + padded_d;
    std::memset(row, 0, static_cast<std::size_t>(2 * padded_d) * sizeof(float));
    for (index u = 0; u < words; ++u) {
        const index key = Shape.pairs() ? 2 * u : u;
        if (key < count) reader.read(begin + key, row);
        else std::memset(row, 0, static_cast<std::size_t>(padded_d) * sizeof(float));
        if constexpr (Shape.pairs()) {
            if (key + 1 < count) reader.read(begin + key + 1, second);
            else std::memset(second, 0, static_cast<std::size_t>(padded_d) * sizeof(float));
        }
        for (index c = 0; c < padded_d; c += width)
            for (index n = 0; n < width; n += Shape.lanes) {
                word* to = out + c * Shape.tile_words() + u * width + n;
                const auto x = load<Shape.lanes>(row + c + n);
                if constexpr (Shape.pairs()) {
                    store_into(to, pair_of(x, load<Shape.lanes>(second + c + n)));
                } else store_into(to, x);
            }
    }
}

} // namespace v0_1
} // namespace fovea
