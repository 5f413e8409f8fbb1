// ldmatrix, stmatrix and mma.sync, lane by lane as PTX places their elements.
//
//     load_matrix<4, order::rows>(e, words, address, operation::load_matrix_x4, at);
//     multiply_16x8<fp16>(e, sums, a, b, at);
//
// Every format has the same placement of words: lane (g, t) = (lane / 4, lane % 4) holds of A, 16 rows of 8 words,
//     a[0] = (g, t)   a[1] = (g + 8, t)   a[2] = (g, t + 4)   a[3] = (g + 8, t + 4)
// of B, 8 columns of 8 words, b[0] = (g, t), b[1] = (g, t + 4), and of the sums, 16 x 8,
//     (g, 2t) (g, 2t + 1) (g + 8, 2t) (g + 8, 2t + 1).
// A word is two 16-bit numbers, four 8-bit ones or one of tf32, so a product sums 16, 32 or 8 terms.
#pragma once
#include "formats.hpp"
#include "shared_memory.hpp"

namespace fovea::simt {

enum class order : std::uint8_t { rows, transposed };

template <int Tiles, order Order>
void load_matrix(engine& e, word (&to)[Tiles], word address, operation what, place at) {
    struct arguments {
        word* to;
        word address;
    } mine{to, address};
    e.collective(what, at, &mine, [&](warp& w, void** all) {
        block& b = *w.lane[0]->block;
        const auto lane = [&](int i) { return static_cast<arguments*>(all[i]); };
        std::uint64_t rows[Tiles * 8];
        for (int tile = 0; tile < Tiles; ++tile) {
            std::uint16_t element[8][8];
            for (int row = 0; row < 8; ++row) {
                const int from = tile * 8 + row;
                const word offset = shared_offset(e, *w.lane[from], lane(from)->address, 16, 16, what, at);
                shared_read(e, *w.lane[from], offset, 16, what, at);
                std::memcpy(element[row], b.memory.at(offset), 16);
                rows[from] = offset;
            }
            for (int i = 0; i < 32; ++i) {
                const int g = i / 4, t = 2 * (i % 4);
                const word low = Order == order::rows ? element[g][t] : element[t][g];
                const word high = Order == order::rows ? element[g][t + 1] : element[t + 1][g];
                lane(i)->to[tile] = low | high << 16;
            }
        }
        if (e.how.count) count_matrices(e.sites[e.site(at, what)].sum, rows, Tiles);
    });
}

// The inverse of load_matrix: 8 x 8 tiles from lanes into rows whose addresses lanes give.
template <int Tiles, order Order>
void store_matrix(engine& e, word address, word const (&from)[Tiles], operation what, place at) {
    struct arguments {
        word const* from;
        word address;
    } mine{from, address};
    e.collective(what, at, &mine, [&](warp& w, void** all) {
        block& b = *w.lane[0]->block;
        const auto lane = [&](int i) { return static_cast<arguments const*>(all[i]); };
        std::uint64_t rows[Tiles * 8];
        for (int tile = 0; tile < Tiles; ++tile) {
            std::uint16_t element[8][8];
            for (int i = 0; i < 32; ++i) {
                const int g = i / 4, t = 2 * (i % 4);
                const word both = lane(i)->from[tile];
                (Order == order::rows ? element[g][t] : element[t][g]) = static_cast<std::uint16_t>(both);
                (Order == order::rows ? element[g][t + 1] : element[t + 1][g]) = static_cast<std::uint16_t>(both >> 16);
            }
            for (int row = 0; row < 8; ++row) {
                const int to = tile * 8 + row;
                const word offset = shared_offset(e, *w.lane[to], lane(to)->address, 16, 16, what, at);
                shared_write(e, *w.lane[to], offset, 16, what, at);
                std::memcpy(b.memory.at(offset), element[row], 16);
                rows[to] = offset;
            }
        }
        if (e.how.count) count_matrices(e.sites[e.site(at, what)].sum, rows, Tiles);
    });
}

// The numbers of 16 rows, or of 8 columns, of 8 words each.
template <class Format, int Lines> struct split_lines {
    static constexpr int terms = 8 * words_of<Format>::numbers;
    typename words_of<Format>::number line[Lines][terms];
    explicit split_lines(word const (&words)[Lines][8]) {
        for (int i = 0; i < Lines; ++i)
            for (int t = 0; t < 8; ++t) words_of<Format>::split(words[i][t], line[i] + t * words_of<Format>::numbers);
    }
};

// Eight numbers in one register, where the machine has such: every compiler knows to make vector code of them, even
// one that is told to be quick.
template <class T> using eight __attribute__((vector_size(8 * sizeof(T)))) = T;

// sums[16][8] += a[16][terms] * b[terms][8], each sum exact as far as `product` reaches, then rounded once.
template <class Format, class Sum>
void multiply_accumulate(Sum (&sums)[16][8], split_lines<Format, 16> const& a, split_lines<Format, 8> const& b) {
    using product = typename words_of<Format>::product;
    constexpr int terms = split_lines<Format, 16>::terms;
    eight<product> across[terms];
    for (int k = 0; k < terms; ++k)
        for (int j = 0; j < 8; ++j) across[k][j] = b.line[j][k];
    for (int i = 0; i < 16; ++i) {
        eight<product> row{};
        for (int k = 0; k < terms; ++k) row += static_cast<product>(a.line[i][k]) * across[k];
        for (int j = 0; j < 8; ++j) {
            if constexpr (std::is_same_v<Sum, float>) sums[i][j] = static_cast<float>(row[j] + double{sums[i][j]});
            else // the hardware's counters wrap
                sums[i][j] = static_cast<Sum>(static_cast<word>(row[j]) + static_cast<word>(sums[i][j]));
        }
    }
}

template <class Format, class Sum>
void multiply_16x8(engine& e, Sum (&sums)[4], word const (&a)[4], word const (&b)[2], place at) {
    struct arguments {
        Sum* sums;
        word const *a, *b;
    } mine{sums, a, b};
    e.collective(operation::multiply, at, &mine, [&](warp&, void** all) {
        word rows[16][8], columns[8][8];
        Sum total[16][8];
        for (int i = 0; i < 32; ++i) {
            auto const& x = *static_cast<arguments const*>(all[i]);
            const int g = i / 4, t = i % 4;
            rows[g][t] = x.a[0];
            rows[g + 8][t] = x.a[1];
            rows[g][t + 4] = x.a[2];
            rows[g + 8][t + 4] = x.a[3];
            columns[g][t] = x.b[0];
            columns[g][t + 4] = x.b[1];
            for (int c = 0; c < 4; ++c) total[g + 8 * (c / 2)][2 * t + c % 2] = x.sums[c];
        }
        multiply_accumulate<Format>(total, split_lines<Format, 16>(rows), split_lines<Format, 8>(columns));
        for (int i = 0; i < 32; ++i) {
            auto const& x = *static_cast<arguments const*>(all[i]);
            for (int c = 0; c < 4; ++c) x.sums[c] = total[i / 4 + 8 * (c / 2)][2 * (i % 4) + c % 2];
        }
    });
}

} // namespace fovea::simt
