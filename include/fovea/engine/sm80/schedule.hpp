// Blocks in an order that the device works out, for masks whose tables lie in its memory: those with most to do first.
//
//     using counting = count_work<ptx_sm80_machine, Problem, Tile>;          // a rank for each block
//     using kernel = forward<ptx_sm80_machine, Problem, Tile, ordered_plan>; // after the ranks were sorted
//
// The host sees no tables, so plan_blocks can only guess which tiles of queries attend most. A warp asks the mask for
// every key tile of a block, by the interval reading that the walk itself uses, and counts the live ones. Sections keep
// their order: the second-level cache is worth more than the order of the last blocks.
#pragma once
#include <bit>

#include "fovea/attend/bound.hpp"
#include "fovea/engine/sm80/plan.hpp"

namespace fovea::inline v0_1::sm80 {

// order[n]: which block of the plan is the nth to start.
struct ordered_plan : block_plan {
    word const* order;
};
template <class Machine> FOVEA_DEVICE block_place place_of(ordered_plan const& plan, word block) {
    return place_of<Machine>(static_cast<block_plan const&>(plan), Machine::load(plan.order + block));
}

// Ranks: higher is earlier. Of two blocks of one section, that with more live tiles; equal ones stay as planned.
using block_rank = std::uint64_t;
struct rank_bits {
    int work, all;
};
inline rank_bits bits_of_ranks(block_plan const& plan, index key_tiles) {
    const auto sections = static_cast<std::uint64_t>(ceil_div(index{plan.heads}, index{plan.heads_of_section[0]}));
    const auto bits = [](std::uint64_t n) { return static_cast<int>(std::bit_width(n)); };
    const int work = bits(static_cast<std::uint64_t>(key_tiles));
    return {work, greatest(1, work + bits(sections - 1))};
}

template <thread_machine Machine, class Problem, class Tile> struct count_work {
    static constexpr int warps = 4, threads = 32 * warps, blocks = 1, shared_bytes = 0;
    struct params {
        Problem problem;
        block_plan plan;
        int work_bits;
        block_rank* ranks;
        word* numbers; // 0, 1, 2 ...: what the sort carries along
    };

    static index blocks_for(block_plan const& plan) { return ceil_div(plan.blocks(), index{warps}); }

    FOVEA_DEVICE static void run(params const& p) {
        const word block = Machine::block(0) * warps + Machine::warp();
        if (block >= static_cast<word>(p.plan.tiles) * static_cast<word>(p.plan.heads)) return;
        const block_place at = place_of<Machine>(p.plan, block);
        const word work = live_tiles(p.problem, at.tile, head_of(p.plan, at.head));
        if (Machine::lane() != 0) return;
        const divisor section = p.plan.heads_of_section[0];
        const word left = static_cast<word>(p.plan.heads - 1) / section - static_cast<word>(at.head) / section;
        Machine::store(p.ranks + block, block_rank{left} << p.work_bits | work);
        Machine::store(p.numbers + block, block);
    }

private:
    FOVEA_DEVICE static word live_tiles(Problem const& p, std::int32_t tile_of_queries, at_head at) {
        auto const& q = p.q();
        auto const& k = p.k();
        const auto bound = bind_problem(p, at, by_powers{});
        const index row = index{tile_of_queries} * Tile::query;
        const index end = least(row + Tile::query, q.positions()) - 1;
        element_box box{at.batch, at.head, at.kv_head, {q.first + row, q.first + end}, {}, q.first, k.first};
        const key_tiles tiles{k.first, k.positions(), Tile::key};
        const auto count = static_cast<std::int32_t>(tiles.count());
        word live = 0;
        for (std::int32_t first = 0; first < count; first += 32) {
            const std::int32_t tile = first + static_cast<std::int32_t>(Machine::lane());
            box.key = tiles.range(tile, tile + 1);
            const bool lives = tile < count && covers(bound.mask, box) != coverage::none;
            live += static_cast<word>(Machine::count_bits(Machine::ballot(lives)));
        }
        return live;
    }
};

} // namespace fovea::inline v0_1::sm80
