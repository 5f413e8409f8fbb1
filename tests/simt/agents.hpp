// Whose time a clock's entries are: in each block of a cluster the threads, the copy engine of each, the tensor core of
// each warp, and named ones: of each barrier in shared memory and each thread that stores tiles.
//
//     agent_table agents{.threads = 128};   agents.copier(block.rank, 5)
#pragma once
#include <string>

#include "clock.hpp"
#include "fovea/base/spell.hpp"

namespace fovea::simt {

struct agent_table {
    static constexpr word named_most = 64;
    word threads = 0;

    word warps() const { return ceil_div(threads, 32u); }
    word per_block() const { return 2 * threads + warps() + named_most; }
    agent thread(word rank, word t) const { return static_cast<agent>(rank * per_block() + t); }
    agent copier(word rank, word t) const { return thread(rank, threads + t); }
    agent tensor_core(word rank, word w) const { return thread(rank, 2 * threads + w); }
    agent named(word rank, word n) const { return thread(rank, 2 * threads + warps() + n); }
    bool is_thread(agent a) const { return a % per_block() < threads; }

    // As seen from a block of the cluster.
    std::string text(word seen_from, agent a) const {
        const word rank = a / per_block(), i = a % per_block();
        const auto lane = [&](word t) {
            return spell({"warp ", t / 32, " lane ", t % 32,
                          rank == seen_from ? "" : spell({" of the cluster's block ", rank})});
        };
        if (i < threads) return lane(i);
        if (i < 2 * threads) return spell({"the copies of ", lane(i - threads)});
        if (i < 2 * threads + warps()) return spell({"the tensor core of warp ", i - 2 * threads});
        return spell({"the tile copies numbered ", i - 2 * threads - warps()});
    }
};

} // namespace fovea::simt
