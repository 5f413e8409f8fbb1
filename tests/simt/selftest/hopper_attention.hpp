// Attention as Hopper wants it, head size 64: a producer warp, two warp groups that multiply; `Defect` spoils it.
//
//     launch<hopper_attention<hopper_defect::none>>({.x = ceil_div(queries, 128u)}, {…});
//
// Tiles of 128 queries and 64 keys, a ring of two stages of keys and values with barriers full and empty, 128-byte
// swizzles, scores from shared memory, probabilities in registers, values read transposed through their descriptor; the
// next tile's scores are issued before the product that waits for this tile's softmax; stmatrix and a tile store.
#pragma once
#include <cmath>

#include "simt/hopper_machine.hpp"

namespace fovea::simt {

enum class hopper_defect : int {
    none,
    no_wait_for_keys,
    no_wait_for_room,
    early_release, // of a stage whose product is under way
    wrong_parity,
    half_the_bytes,
    no_product_wait,
    no_product_fence,
    no_proxy_fence,
    no_barrier_fence,
    wrong_stride,
    wrong_swizzle,
    no_store_wait,
};

template <hopper_defect Defect> struct hopper_attention {
    using M = hopper_machine;
    static constexpr bool is(hopper_defect d) { return Defect == d; }
    static constexpr word threads = 384, stages = 2, row = 128, q_bytes = 128 * row, tile_bytes = 64 * row;
    static constexpr word k_at = q_bytes, v_at = k_at + stages * tile_bytes, barriers = v_at + stages * tile_bytes;
    static constexpr word shared_bytes = barriers + 8 * (1 + 3 * stages);
    struct params {
        tensor_map q, k, v, o; // axes: 64, rows, heads
        int queries, keys;
        float scale; // with log2(e)
    };

    static word q_full() { return M::shared_base() + barriers; }
    static word k_full(word stage) { return q_full() + 8 * (1 + stage); }
    static word v_full(word stage) { return k_full(stages + stage); }
    static word room(word stage) { return v_full(stages + stage); }
    static word k_tile(word stage) { return M::shared_base() + k_at + stage * tile_bytes; }
    static word v_tile(word stage) { return M::shared_base() + v_at + stage * tile_bytes; }

    static void produce(params const& p, int tiles) {
        const auto first = static_cast<std::int32_t>(128 * M::block(0)), head = static_cast<std::int32_t>(M::block(1));
        M::arrive_expecting(q_full(), q_bytes);
        M::load_tile(M::shared_base(), p.q, q_full(), {0, first, head});
        for (int tile = 0; tile < tiles; ++tile) {
            const word stage = static_cast<word>(tile) % stages, parity = static_cast<word>(tile) / stages & 1;
            const bool wrong = is(hopper_defect::wrong_parity) && tile == 2;
            if (!is(hopper_defect::no_wait_for_room)) M::wait(room(stage), parity ^ 1 ^ (wrong ? 1 : 0));
            M::arrive_expecting(k_full(stage), is(hopper_defect::half_the_bytes) ? tile_bytes / 2 : tile_bytes);
            M::load_tile(k_tile(stage), p.k, k_full(stage), {0, 64 * tile, head});
            M::arrive_expecting(v_full(stage), tile_bytes);
            M::load_tile(v_tile(stage), p.v, v_full(stage), {0, 64 * tile, head});
        }
    }

    // What a consuming warp group holds.
    struct worker {
        float o[32] = {}, s[32], maximum[2] = {-1e30f, -1e30f}, sum[2] = {}, before[2];
        word p[4][4];
        std::uint64_t q;
    };
    static void fence(float (&sums)[32]) {
        if (!is(hopper_defect::no_product_fence)) M::fence_products(sums);
    }
    static void scores(worker& w, int tile) {
        const word stage = static_cast<word>(tile) % stages;
        const auto k = M::tile_descriptor(k_tile(stage), 16, 1024, swizzle::bytes_128);
        if (!is(hopper_defect::no_wait_for_keys)) M::wait(k_full(stage), static_cast<word>(tile) / stages & 1);
        fence(w.s);
        for (word step = 0; step < 4; ++step)
            M::multiply_tiles<fp16, major::k, major::k>(w.s, w.q + 2 * step, k + 2 * step, step > 0);
        M::commit_products();
    }
    static void add_values(worker& w, int tile) {
        const word stage = static_cast<word>(tile) % stages;
        const auto v = M::tile_descriptor(v_tile(stage), 16, 1024, swizzle::bytes_128);
        M::wait(v_full(stage), static_cast<word>(tile) / stages & 1);
        fence(w.o);
        for (word step = 0; step < 4; ++step)
            M::multiply_tiles_by<fp16, major::mn>(w.o, w.p[step], v + step * 16 * row / 16, true);
        M::commit_products();
        if (is(hopper_defect::early_release)) M::arrive(room(stage));
    }
    static void release(int tile) {
        if (!is(hopper_defect::early_release)) M::arrive(room(static_cast<word>(tile) % stages));
    }
    static void softmax(worker& w, int beyond, float scale) {
        const int first = static_cast<int>(M::lane() % 4) * 2;
        for (int i = 0; i < 32; ++i)
            if (first + i / 4 * 8 + i % 2 >= beyond) w.s[i] = -1e30f;
        for (int r = 0; r < 2; ++r) {
            float most = w.maximum[r];
            for (int i = 0; i < 32; ++i)
                if (i / 2 % 2 == r) most = std::fmax(most, w.s[i]);
            most = std::fmax(most, M::shuffle_xor(most, 1));
            most = std::fmax(most, M::shuffle_xor(most, 2));
            w.before[r] = M::exp2((w.maximum[r] - most) * scale);
            w.maximum[r] = most;
            w.sum[r] *= w.before[r];
            for (int i = 0; i < 32; ++i)
                if (i / 2 % 2 == r) w.sum[r] += w.s[i] = M::exp2((w.s[i] - most) * scale);
        }
    }
    static void round(worker& w) {
        for (int step = 0; step < 4; ++step)
            for (int i = 0; i < 4; ++i) w.p[step][i] = M::pair<fp16>(w.s[step * 8 + i * 2], w.s[step * 8 + i * 2 + 1]);
    }

    static void consume(params const& p, int tiles, word group) {
        worker w;
        w.q = M::tile_descriptor(M::shared_base() + group * 64 * row, 16, is(hopper_defect::wrong_stride) ? 512 : 1024,
                                 swizzle::bytes_128);
        M::wait(q_full(), 0);
        scores(w, 0);
        M::wait_products<0>(w.s);
        softmax(w, p.keys, p.scale);
        round(w);
        for (int tile = 0; tile < tiles; ++tile) {
            const bool more = tile + 1 < tiles;
            if (more) scores(w, tile + 1);
            add_values(w, tile);
            if (more && !is(hopper_defect::no_product_wait)) M::wait_products<1>(w.s);
            if (more) softmax(w, p.keys - 64 * (tile + 1), p.scale);
            M::wait_products<0>(w.o);
            release(tile);
            if (!more) break;
            round(w);
            for (int i = 0; i < 32; ++i) w.o[i] *= w.before[i / 2 % 2];
        }
        store(p, w, group);
    }
    // Through the queries' part of shared memory.
    static void store(params const& p, worker& w, word group) {
        for (int r = 0; r < 2; ++r) {
            float all = w.sum[r] + M::shuffle_xor(w.sum[r], 1);
            all += M::shuffle_xor(all, 2);
            for (int i = 0; i < 32; ++i)
                if (i / 2 % 2 == r) w.o[i] /= all;
        }
        const word lane = M::lane(), line = group * 64 + M::warp() % 4 * 16 + lane % 16;
        for (word step = 0; step < 4; ++step) {
            word four[4];
            for (word i = 0; i < 4; ++i) four[i] = M::pair<fp16>(w.o[step * 8 + i * 2], w.o[step * 8 + i * 2 + 1]);
            const word at = line * row + (step * 2 + lane / 16) * 16;
            const word placed = is(hopper_defect::wrong_swizzle) ? at : swizzled(at, swizzle::bytes_128);
            M::store_matrix_x4(M::shared_base() + placed, four);
        }
        if (!is(hopper_defect::no_proxy_fence)) M::fence_proxy();
        M::sync_named(1 + group, 128);
        if (M::warp() % 4 != 0 || !M::elect()) return;
        const auto first = static_cast<std::int32_t>(128 * M::block(0) + 64 * group);
        M::store_tile(p.o, {0, first, static_cast<std::int32_t>(M::block(1))}, M::shared_base() + group * 64 * row);
        M::commit_tiles();
        if (!is(hopper_defect::no_store_wait)) M::wait_tiles_read<0>();
    }

    static void run(params const& p) {
        const word group = M::warp() / 4;
        const int tiles = ceil_div(p.keys, 64);
        if (M::thread() == 0) {
            M::init_barrier(q_full(), 1);
            for (word stage = 0; stage < stages; ++stage) {
                M::init_barrier(k_full(stage), 1);
                M::init_barrier(v_full(stage), 1);
                M::init_barrier(room(stage), 256);
            }
            if (!is(hopper_defect::no_barrier_fence)) M::fence_barriers();
        }
        M::sync_block();
        if (group == 0) {
            M::fewer_registers<24>();
            if (M::warp() == 0 && M::elect()) produce(p, tiles);
        } else {
            M::more_registers<240>();
            consume(p, tiles, group - 1);
        }
    }
};

} // namespace fovea::simt
