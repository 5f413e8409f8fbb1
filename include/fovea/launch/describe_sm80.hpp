// What describe says of the sm_80 engine that needs no device: its tile, its blocks of threads, and why.
//
//     describe_sm80<tile>(d, problem);                         // tile: what chosen_tile chose
//     describe_sm80_decode<tile>(d, problem, workspace);       // what chosen_decode_tile chose
//
// Apart from launch/cuda.cuh, so that the emulator's engine is described by the same lines.
#pragma once
#include "fovea/engine/sm80/decode_plan.hpp"
#include "fovea/engine/sm80/forward.hpp"
#include "fovea/launch/describe.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <class Tile> std::string tile_text() {
    return spell({"the tile is ", index{Tile::query}, " queries by ", index{Tile::key}, " keys for ",
                  index{Tile::channels}, " and ", index{Tile::values}, " channels: ", index{Tile::warps}, " warps of ",
                  index{Tile::rows_of_warp}, " rows, ", index{Tile::stages},
                  Tile::stages == 1 ? " stage of keys and values\n" : " stages of keys and values\n"});
}

template <class Tile, class Problem> std::string products_text() {
    using format = typename Tile::formats::scores;
    char const* const how = std::is_same_v<format, sm80::tf32x3> ? ", each as three of tf32"
                            : std::is_same_v<format, tf32>       ? ", rounded to tf32"
                                                                 : "";
    return spell({"products of ", element_name<typename Problem::key_element>, how, " by mma.sync, sums in fp32\n"});
}

// Which blocks start first, and why.
template <class Problem> std::string order_text(sm80::tile_order order) {
    return spell({"blocks begin with the ", order == sm80::tile_order::first_to_last ? "first" : "last", " queries: ",
                  has_any<sm80::memory_reads, decltype(Problem::scored.mask)>
                      ? "the mask reads tables, and is not asked\n"
                      : "the others attend no more keys\n"});
}

// Blocks that read each tile of rotated keys, and so rotate it.
template <class Problem> std::string rotation_text(index blocks) {
    if constexpr (is_rotated<decltype(decltype(Problem::operand)::k)>)
        return blocks == 1 ? std::string("each key is rotated once, as it is read\n")
                           : spell({"each key is rotated as it is read, at most ", blocks,
                                    " times; a copy beforehand, rotated = rope_...(k, ...), does it once\n"});
    else return {};
}

// order: of an engine with an order of its own.
template <class Tile, class Problem>
void describe_sm80(description& d, Problem const& p, char const* order = nullptr) {
    if (status why = sm80::refusal_of_sizes<Tile>(p); !why.ok()) return static_cast<void>(d.refusal = why.sentence());
    const sm80::block_plan plan = sm80::plan_blocks<Tile>(p);
    d.path = "forward";
    d.tile = {Tile::query, Tile::key};
    d.kernel.blocks = plan.blocks();
    d.kernel.threads = Tile::threads;
    d.kernel.shared_bytes = Tile::shared_bytes;
    d.why += tile_text<Tile>();
    d.why += products_text<Tile, Problem>();
    d.why += order != nullptr ? order : order_text<Problem>(plan.order);
    d.why += rotation_text<Problem>(plan.tiles * p.group());
    const index section = plan.heads_of_section[0];
    if (section < plan.heads)
        d.why += spell({section, " heads at a time of ", index{plan.heads},
                        ": their keys and values stay in the second-level cache\n"});
}

// Tiles are counted by head: of a packed tile's rows, those that one head has.
template <class Tile, class Problem>
void describe_sm80_decode(description& d, Problem const& p, workspace const& scratch) {
    if (status why = sm80::refusal_of_decode<Tile>(p, scratch); !why.ok())
        return static_cast<void>(d.refusal = why.sentence());
    const sm80::decode_plan plan = sm80::plan_decode<Tile>(p, scratch.bytes);
    const index wanted = sm80::workspace_bytes<Tile>(p);
    d.path = plan.pieces == 1 ? "decode, one kernel" : "decode and merge";
    d.tile = {greatest(index{1}, Tile::query / p.group()), Tile::key};
    d.scratch_bytes = sm80::piece_layout<Tile>{plan}.bytes();
    d.kernel.blocks = plan.blocks();
    d.kernel.threads = Tile::threads;
    d.kernel.shared_bytes = Tile::shared_bytes;
    d.why += spell({"a tile is ", index{Tile::query}, " packed rows by ", index{Tile::key}, " keys, divided by ",
                    index{Tile::warps}, " warps; ", index{plan.rows}, " rows share a key head\n"});
    d.why += products_text<Tile, Problem>();
    d.why += rotation_text<Problem>(plan.tiles);
    d.why += spell({"the keys are cut into ", index{plan.pieces}, plan.pieces == 1 ? " piece" : " pieces"});
    d.why += scratch.bytes < wanted
                 ? spell({", because the workspace has ", scratch.bytes, " bytes and not ", wanted, "\n"})
                 : std::string("\n");
}

} // namespace v0_1
} // namespace fovea
