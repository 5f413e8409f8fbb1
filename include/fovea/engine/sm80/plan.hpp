// How a problem is laid out over blocks of threads, worked out by the host before the launch.
//
//     block_plan plan = plan_blocks<Tile>(problem);      plan.blocks()
//
// Blocks are one-dimensional. The heads are cut into sections whose keys and values fit a second-level cache together;
// inside a section the query tiles with the most keys come first, for all its heads, so that no long one starts last.
#pragma once
#include "fovea/attend/walk.hpp"
#include "fovea/base/refusal.hpp"
#include "fovea/engine/sm80/divisor.hpp"
#include "fovea/engine/sm80/far_sums.hpp"
#include "fovea/engine/sm80/tile_loader.hpp"
#include "fovea/expr/bind.hpp"
#include "fovea/plan/problem.hpp"

namespace fovea::inline v0_1::sm80 {

enum class tile_order : int { first_to_last, last_to_first };

struct block_plan {
    std::int32_t tiles, heads; // query tiles of a head; heads of all batches
    divisor blocks_of_section, heads_of_section[2]; // of all sections, heads also of the last one
    divisor heads_of_batch, group;
    tile_order order;
    std::int32_t careful = 0; // not 0: tiles are computed carefully at once, which gives the same bits

    [[gnu::visibility("hidden")]] constexpr index blocks() const { return index{tiles} * heads; }
};

// What a block of threads works on.
struct block_place {
    std::int32_t tile, head; // head: of all batches, batch * heads + head
};
template <class Machine> FOVEA_DEVICE constexpr block_place place_of(block_plan const& plan, word block) {
    const word section = block / plan.blocks_of_section, inside = block % plan.blocks_of_section;
    const word most = plan.heads_of_section[0].by, first = section * most;
    const divisor heads = plan.heads_of_section[first + most > static_cast<word>(plan.heads)];
    const auto nth = static_cast<std::int32_t>(inside / heads);
    return {plan.order == tile_order::first_to_last ? nth : plan.tiles - 1 - nth,
            static_cast<std::int32_t>(first + inside % heads)};
}
FOVEA_DEVICE constexpr at_head head_of(block_plan const& plan, std::int32_t of_all) {
    const auto all = static_cast<word>(of_all), head = all % plan.heads_of_batch;
    return {all / plan.heads_of_batch, head, head / plan.group};
}

// Keys and values of a section: half of the smallest second-level cache that matters, 40 MB on a GPU of 8.0.
inline constexpr index section_bytes = index{20} << 20;

// What an expression reads out of the device's memory, or may: tables, tensors, functors.
struct memory_reads {
    template <class E>
    static constexpr bool is = reads_table<E> || requires(E e) { e.tensor; } || requires(E e) { e.op.functor; };
};

// Which end of the queries attends more keys: the tiles in front or those at the back. Masks with tables lie in the
// device's memory and are not asked; most of them are causal as well.
template <class Tile, class Problem> tile_order order_of(Problem const& p) {
    using mask_type = std::remove_cvref_t<decltype(p.scored.mask)>;
    if constexpr (!has_any<memory_reads, mask_type>) {
        auto const& q = p.q();
        auto const& k = p.k();
        const key_tiles tiles{k.first, k.positions(), Tile::key};
        const auto live = [&](index row) {
            const index last = least(row + Tile::query, q.positions()) - 1;
            return live_work(p.scored.mask, {0, 0, 0, {q.first + row, q.first + last}, {}, q.first, k.first}, tiles);
        };
        const index last_tile = (q.positions() - 1) / Tile::query * Tile::query;
        return live(0) > live(last_tile) ? tile_order::first_to_last : tile_order::last_to_first;
    } else return tile_order::last_to_first;
}

[[gnu::visibility("hidden")]] inline void cut_into_sections(block_plan& plan, index heads) {
    plan.blocks_of_section = divisor_of(heads * plan.tiles);
    plan.heads_of_section[0] = divisor_of(heads);
    plan.heads_of_section[1] = divisor_of((plan.heads - 1) % heads + 1);
}

template <class Tile, class Problem> block_plan plan_blocks(Problem const& p) {
    auto const& q = p.q();
    auto const& k = p.k();
    block_plan plan{};
    plan.tiles = static_cast<std::int32_t>(ceil_div(q.positions(), index{Tile::query}));
    plan.heads = static_cast<std::int32_t>(q.batches() * q.heads());
    const index head_bytes = Tile::element_bytes * k.positions() * (Tile::channels + Tile::values);
    const index kv_heads = greatest(index{1}, section_bytes / greatest(head_bytes, index{1}));
    cut_into_sections(plan, least(kv_heads * p.group(), index{plan.heads}));
    plan.heads_of_batch = divisor_of(q.heads());
    plan.group = divisor_of(p.group());
    plan.order = order_of<Tile>(p);
    return plan;
}

// Sizes that the tile, or 32 bits inside a block, cannot take.
template <class Tile, class Problem> status refusal_of_sizes(Problem const& p) {
    constexpr index most = 0x7fffffff;
    auto const& q = p.q();
    auto const& k = p.k();
    if (q.channels() > Tile::channels)
        return status({"q has ", q.channels(), " channels but the kernel was made for at most ", Tile::channels,
                       "; state them as a constant"});
    if constexpr (Problem::has_values)
        if (p.operand.v.channels() > Tile::values)
            return status({"v has ", p.operand.v.channels(), " channels but the kernel was made for at most ",
                           Tile::values, "; state them as a constant"});
    constexpr index far = index{1} << 60;
    const index farthest = greatest(greatest(q.first, -q.first), greatest(k.first, -k.first));
    if (farthest > far)
        return status({"an operand's first position is ", farthest, " but a call takes at most ", far,
                       "; move all positions by the same number"});
    const index moved = farthest_sum(p.scored.score, p.scored.mask);
    if (moved > far)
        return status({"the expression moves positions by ", moved,
                       " before it compares them but a call takes at most ", far,
                       "; compare them with a smaller number"});
    if (q.batches() * q.heads() > most)
        return status({"q has ", q.batches() * q.heads(), " heads in all its batches but a call takes at most ", most,
                       "; give it fewer batches at once"});
    if (ceil_div(q.positions(), index{Tile::query}) > most / 4 || ceil_div(k.positions(), index{Tile::key}) > most / 4)
        return status({"q has ", q.positions(), " positions and k ", k.positions(), " but a call takes at most ",
                       most / 4, " tiles of either; cut them"});
    return {};
}

// The operand of the second product. Where there is none, something that can stand for it: the keys, without what is
// done to them as they are read.
template <class Problem> FOVEA_HOST_DEVICE auto const& values_of(Problem const& p) {
    if constexpr (Problem::has_values) return p.operand.v;
    else return p.k();
}

// Keys and values without rows may have no address. A kernel forms addresses in them all the same, and reads nothing.
template <class O> void give_address(O& o) {
    if constexpr (!view<O>) give_address(o.source);
    else if (o.data == nullptr) o.data = reinterpret_cast<typename O::element*>(alignof(chunk_words));
}
template <class Problem> Problem with_addresses(Problem p) {
    give_address(p.operand.k);
    if constexpr (Problem::has_values) give_address(p.operand.v);
    return p;
}

// What a kernel is launched with. Plan: block_plan, or what is made from one (ordered_plan).
template <class Problem, class Tile, class Plan = block_plan> struct forward_params {
    using q_type = decltype(decltype(Problem::operand)::q);
    using k_type = decltype(decltype(Problem::operand)::k);
    using v_type = std::remove_cvref_t<decltype(values_of(std::declval<Problem const&>()))>;

    Problem problem;
    Plan plan;
    operand_plan<q_type, Tile::channels> q;
    operand_plan<k_type, Tile::channels> k;
    operand_plan<v_type, Tile::value_columns> v;
};
template <class Tile, class Problem, class Plan>
forward_params<Problem, Tile, Plan> make_params(Problem const& p, Plan const& plan) {
    return {with_addresses(p), plan, plan_operand<Tile::channels>(p.operand.q),
            plan_operand<Tile::channels>(p.operand.k), plan_operand<Tile::value_columns>(values_of(p))};
}
template <class Tile, class Problem> forward_params<Problem, Tile> make_params(Problem const& p) {
    return make_params<Tile>(p, plan_blocks<Tile>(p));
}

} // namespace fovea::inline v0_1::sm80
