// A plain attention kernel of head size 64, as large a program as the emulator's own tests run; `Defect` spoils it.
//
//     launch<attention<defect::none>>({.x = 4, .y = heads}, attention<defect::none>::params{…});
//
// 64 x 64 tiles, four warps, two stages of cp.async, rows of 128 bytes whose 16-byte chunks are exchanged by
// chunk ^ (row % 8), probabilities kept in registers.
#pragma once
#include <cmath>

#include "simt/machine.hpp"

namespace fovea::simt {

enum class defect : int {
    none,
    no_wait,             // for the copies
    no_sync_at_start,    // before a tile is read
    no_sync_at_end,      // before its stage is filled again
    no_swizzle,          // bank conflicts, nothing else
    rows_beyond_the_end, // read from global memory
    no_zeros,            // the rows beyond the end stay what they were
    divergent_shuffle,
    lane_leaves,
    lost_barrier,
    stage_off_the_end,
    wrong_stage, // reads the tile before the last
};

template <defect Defect> struct attention {
    using M = machine;
    static constexpr word threads = 128, tile_bytes = 64 * 128, shared_bytes = 5 * tile_bytes;
    struct params {
        fp16 const *q, *k, *v;
        fp16* o;
        int queries, keys;
        float scale;
    };

    static word chunk(word base, word row, word column) {
        return base + row * 128 + ((Defect == defect::no_swizzle ? column : column ^ (row & 7)) << 4);
    }
    static void load_tile(word to, fp16 const* from, int first, int rows) {
        for (word i = 0; i < 4; ++i) {
            const word at = M::thread() + i * threads, row = at / 8, column = at % 8;
            const bool exists = Defect == defect::rows_beyond_the_end || first + static_cast<int>(row) < rows;
            if (Defect == defect::no_zeros && !exists) continue;
            const bool off = Defect == defect::stage_off_the_end && at == 511;
            M::copy_async<16>(chunk(to, row, column) + (off ? 4 * tile_bytes : 0),
                              from + (exists ? (first + static_cast<int>(row)) * 64 + static_cast<int>(column) * 8 : 0),
                              exists);
        }
    }
    static void scores(float (&s)[8][4], word const (&q)[4][4], word k) {
        const word row = M::lane() & 7, part = M::lane() >> 3;
        for (word n = 0; n < 4; ++n)
            for (word step = 0; step < 4; ++step) {
                word f[4];
                M::load_matrix_x4(f, chunk(k, n * 16 + row + (part >> 1) * 8, step * 2 + (part & 1)));
                M::multiply<fp16>(s[2 * n], q[step], {f[0], f[1]});
                M::multiply<fp16>(s[2 * n + 1], q[step], {f[2], f[3]});
            }
    }
    static void add_values(float (&o)[8][4], float const (&s)[8][4], word v) {
        const word row = M::lane() & 7, part = M::lane() >> 3;
        for (word step = 0; step < 4; ++step) {
            float const(&low)[4] = s[2 * step], (&high)[4] = s[2 * step + 1];
            const word p[4] = {M::pair<fp16>(low[0], low[1]), M::pair<fp16>(low[2], low[3]),
                               M::pair<fp16>(high[0], high[1]), M::pair<fp16>(high[2], high[3])};
            for (word n = 0; n < 4; ++n) {
                word f[4];
                M::load_matrix_x4_transposed(f, chunk(v, step * 16 + row + (part & 1) * 8, n * 2 + (part >> 1)));
                M::multiply<fp16>(o[2 * n], p, {f[0], f[1]});
                M::multiply<fp16>(o[2 * n + 1], p, {f[2], f[3]});
            }
        }
    }
    // Rows 0 and 1 of the lane: maximum, sum, and the rescaled output.
    static void softmax(float (&s)[8][4], float (&o)[8][4], float (&maximum)[2], float (&sum)[2], int beyond,
                        float scale) {
        const int first = static_cast<int>(M::lane() % 4) * 2;
        for (int n = 0; n < 8; ++n)
            for (int c = 0; c < 4; ++c)
                if (first + n * 8 + (c & 1) >= beyond) s[n][c] = -1e30f;
        for (int r = 0; r < 2; ++r) {
            float most = maximum[r];
            for (auto& x : s) most = std::fmax(most, std::fmax(x[2 * r], x[2 * r + 1]));
            if (Defect != defect::divergent_shuffle || M::lane() % 4 < 2)
                most = std::fmax(most, M::shuffle_xor(most, 1));
            most = std::fmax(most, M::shuffle_xor(most, 2));
            const float before = M::exp2((maximum[r] - most) * scale);
            maximum[r] = most;
            sum[r] *= before;
            for (int n = 0; n < 8; ++n)
                for (int c = 2 * r; c < 2 * r + 2; ++c) {
                    s[n][c] = M::exp2((s[n][c] - most) * scale);
                    sum[r] += s[n][c];
                    o[n][c] *= before;
                }
        }
    }

    static void run(params const& p) {
        const word lane = M::lane(), warp = M::warp(), base = M::shared_base();
        const int first = static_cast<int>(M::block(0)) * 64, tiles = ceil_div(p.keys, 64);
        const auto head = static_cast<index>(M::block(1));
        fp16 const *const q = p.q + head * p.queries * 64, *const k = p.k + head * p.keys * 64;
        fp16 const* const v = p.v + head * p.keys * 64;
        const auto stage = [&](int tile) { return base + (1 + 2 * static_cast<word>(tile & 1)) * tile_bytes; };
        if (Defect == defect::lane_leaves && warp == 1 && lane == 7) return;

        load_tile(base, q, first, p.queries);
        load_tile(stage(0), k, 0, p.keys);
        load_tile(stage(0) + tile_bytes, v, 0, p.keys);
        M::commit_copies();
        float o[8][4] = {}, maximum[2] = {-1e30f, -1e30f}, sum[2] = {};
        word fragments[4][4];
        for (int tile = 0; tile < tiles; ++tile) {
            if (tile + 1 < tiles) {
                load_tile(stage(tile + 1), k, (tile + 1) * 64, p.keys);
                load_tile(stage(tile + 1) + tile_bytes, v, (tile + 1) * 64, p.keys);
            }
            M::commit_copies();
            if (Defect != defect::no_wait) M::wait_copies<1>();
            if (Defect != defect::no_sync_at_start && !(Defect == defect::lost_barrier && warp == 2 && tile == 1))
                M::sync_block();
            if (tile == 0)
                for (word step = 0; step < 4; ++step)
                    M::load_matrix_x4(fragments[step], chunk(base, warp * 16 + (lane & 15), step * 2 + (lane >> 4)));
            const word at = stage(Defect == defect::wrong_stage && tile == 2 ? tile - 1 : tile);
            float s[8][4] = {};
            scores(s, fragments, at);
            softmax(s, o, maximum, sum, p.keys - tile * 64, p.scale);
            add_values(o, s, at + tile_bytes);
            if (Defect != defect::no_sync_at_end) M::sync_block();
            if (warp == 0) M::discard_shared(stage(tile) + lane * 512, 512);
        }
        if (Defect != defect::no_wait) M::wait_copies<0>();
        for (int r = 0; r < 2; ++r) {
            float all = sum[r] + M::shuffle_xor(sum[r], 1);
            all += M::shuffle_xor(all, 2);
            const int row = first + static_cast<int>(warp * 16 + lane / 4) + r * 8;
            if (row >= p.queries) continue;
            fp16* const to = p.o + (head * p.queries + row) * 64 + lane % 4 * 2;
            for (int n = 0; n < 8; ++n)
                M::store(reinterpret_cast<word*>(to + n * 8), M::pair<fp16>(o[n][2 * r] / all, o[n][2 * r + 1] / all));
        }
    }
};

} // namespace fovea::simt
