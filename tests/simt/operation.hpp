// The functions of the machine, as names for findings and counts.
//
//     name(operation::load_matrix_x4) == "load_matrix_x4"
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace fovea::simt {

// clang-format off
enum class operation : std::uint8_t {
    uniform, shuffle, shuffle_xor, ballot, first_bit, sync_warp, sync_block, sync_some, arrive_some,
    load_shared, store_shared, load, load_fresh, store, add, publish, observe, yield,
    copy_async, commit_copies, wait_copies, discard_shared,
    load_matrix_x4, load_matrix_x4_transposed, load_matrix_x2, load_matrix_x2_transposed, multiply,
    init_barrier, fence_barriers, arrive, arrive_expecting, arrive_after_copies, wait, has_ended, sync_named, arrive_named,
    prefetch_map, load_tile, load_tile_to_all, store_tile, add_tile, load_bytes, add_floats,
    commit_tiles, wait_tiles, wait_tiles_read, fence_proxy,
    multiply_tiles, multiply_tiles_by, fence_products, commit_products, wait_products,
    elect, more_registers, fewer_registers,
    store_matrix_x4, store_matrix_x4_transposed, store_matrix_x2, store_matrix_x2_transposed,
    sync_cluster, arrive_at_peer, load_peer, store_peer,
    kernel, // entering and leaving it
};
inline constexpr std::size_t operations = static_cast<std::size_t>(operation::kernel) + 1;

inline char const* name(operation o) {
    constexpr std::array<char const*, operations> names{
        "uniform", "shuffle", "shuffle_xor", "ballot", "first_bit", "sync_warp", "sync_block", "sync_some", "arrive_some",
        "load_shared", "store_shared", "load", "load_fresh", "store", "add", "publish", "observe", "yield",
        "copy_async", "commit_copies", "wait_copies", "discard_shared",
        "load_matrix_x4", "load_matrix_x4_transposed", "load_matrix_x2", "load_matrix_x2_transposed", "multiply",
        "init_barrier", "fence_barriers", "arrive", "arrive_expecting", "arrive_after_copies", "wait", "has_ended", "sync_named", "arrive_named",
        "prefetch_map", "load_tile", "load_tile_to_all", "store_tile", "add_tile", "load_bytes", "add_floats",
        "commit_tiles", "wait_tiles", "wait_tiles_read", "fence_proxy",
        "multiply_tiles", "multiply_tiles_by", "fence_products", "commit_products", "wait_products",
        "elect", "more_registers", "fewer_registers",
        "store_matrix_x4", "store_matrix_x4_transposed", "store_matrix_x2", "store_matrix_x2_transposed",
        "sync_cluster", "arrive_at_peer", "load_peer", "store_peer",
        "kernel"};
    return names[static_cast<std::size_t>(o)];
}
// clang-format on

} // namespace fovea::simt
