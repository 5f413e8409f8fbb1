// Warps, warp groups and clusters: the cases of warp_group_machine and cluster_machine.
#pragma once
#include "gpu/conformance/instruction.hpp"

namespace tests {

template <class Machine> struct elections {
    static constexpr char const* name = "elect";
    static constexpr int threads = 64, blocks = 1;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word chosen = Machine::ballot(Machine::elect());
        Machine::store(p.out + Machine::thread(), static_cast<word>(Machine::count_bits(chosen)));
    }
    static words in() { return {0}; }
    static words out(words const&) { return words(64, 1); }
};

// One of three warp groups gives registers away, the others take them: 24 + 2 x 240 = 3 x 168, as many as 384 threads
// start with.
template <class Machine> struct register_shares {
    static constexpr char const* name = "more_registers, fewer_registers";
    static constexpr int threads = 384, blocks = 1;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), x = Machine::load(p.in + t);
        if (Machine::warp() < 4) {
            Machine::template fewer_registers<24>();
            Machine::store(p.out + t, x + 1);
        } else {
            Machine::template more_registers<240>();
            Machine::store(p.out + t, x + 2);
        }
    }
    static words in() { return drawn(384, 19); }
    static words out(words const& in) {
        return filled(384, [&](int t) { return in[static_cast<std::size_t>(t)] + (t < 128 ? 1 : 2); });
    }
};

// Rows are scattered as in matrix_loads; shared memory is then read as it is.
template <class Machine> struct matrix_stores {
    static constexpr char const* name = "store_matrix: x4, x2, transposed";
    static constexpr int threads = 32, blocks = 1;
    static constexpr word shared_bytes = 4 * 512;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), base = Machine::shared_base(), row = base + t * 5 % 32 * 16;
        for (word i = 0; i < 16; ++i) Machine::store_shared(base + (i * 32 + t) * 4, word{0});
        Machine::sync_warp();
        word four[4];
        for (int i = 0; i < 4; ++i) four[i] = Machine::load(p.in + t * 4 + i);
        const word two[2] = {four[1], four[2]};
        Machine::store_matrix_x4(row, four);
        Machine::store_matrix_x4_transposed(row + 512, four);
        Machine::store_matrix_x2(row + 1024, two);
        Machine::store_matrix_x2_transposed(row + 1536, two);
        Machine::sync_warp();
        for (word i = 0; i < 16; ++i)
            Machine::store(p.out + i * 32 + t, Machine::template load_shared<word>(base + (i * 32 + t) * 4));
    }
    static words in() { return drawn(128, 20); }
    static words out(words const& in) {
        words all(512, 0);
        const auto put = [&](word area, word tile, word row, word column, word half) {
            const word place = area * 256 + (tile * 8 + row) * 5 % 32 * 8 + column;
            all[place / 2] |= half << place % 2 * 16;
        };
        for (word t = 0; t < 32; ++t)
            for (word area = 0; area < 4; ++area)
                for (word tile = 0; tile < (area < 2 ? 4 : 2); ++tile)
                    for (word e = 0; e < 2; ++e) {
                        const word half = in[t * 4 + tile + (area < 2 ? 0 : 1)] >> 16 * e & 0xffffu;
                        const word i = t / 4, j = t % 4 * 2 + e;
                        put(area, tile, area % 2 == 0 ? i : j, area % 2 == 0 ? j : i, half);
                    }
        return all;
    }
};

// Two pairs of blocks; each block reads its peer's words, writes into its memory and arrives at its barrier.
template <class Machine> struct peers {
    static constexpr char const* name =
        "cluster_rank, sync_cluster, peer_address, load_peer, store_peer, arrive_at_peer";
    static constexpr int threads = 32, blocks = 1, cluster = 2;
    static constexpr word shared_bytes = 512;
    static constexpr layout shape{.x = 4};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), base = Machine::shared_base(), rank = Machine::cluster_rank();
        const word barrier = base + 384, mine = base + t * 4, place = Machine::block(0) * threads + t;
        if (t == 0) {
            Machine::init_barrier(barrier, threads);
            Machine::fence_barriers();
        }
        Machine::store_shared(mine, Machine::load(p.in + place));
        Machine::sync_cluster();
        const word other = Machine::cluster_blocks() - 1 - rank;
        const word read = Machine::template load_peer<word>(Machine::peer_address(mine, other));
        Machine::store_peer(Machine::peer_address(mine + 128, other), read + rank);
        Machine::arrive_at_peer(Machine::peer_address(barrier, other));
        Machine::wait(barrier, 0);
        Machine::sync_cluster();
        Machine::store(p.out + place * 3, read);
        Machine::store(p.out + place * 3 + 1, Machine::template load_shared<word>(mine + 128));
        Machine::store(p.out + place * 3 + 2, rank * 16 + Machine::cluster_blocks());
    }
    static words in() { return drawn(128, 21); }
    static words out(words const& in) {
        words all;
        for (word block = 0; block < 4; ++block)
            for (word t = 0; t < 32; ++t) {
                all.push_back(in[(block ^ 1) * 32 + t]);
                all.push_back(in[block * 32 + t] + ((block ^ 1) & 1));
                all.push_back((block & 1) * 16 + 2);
            }
        return all;
    }
};

} // namespace tests
