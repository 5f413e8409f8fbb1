// The functions of the machine, as names for findings and counts.
//
//     name(operation::load_matrix_x4) == "load_matrix_x4"
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace fovea::simt {

enum class operation : std::uint8_t {
    uniform,
    shuffle,
    shuffle_xor,
    ballot,
    first_bit,
    sync_warp,
    sync_block,
    sync_some,
    arrive_some,
    load_shared,
    store_shared,
    load,
    load_fresh,
    store,
    add,
    publish,
    observe,
    yield,
    copy_async,
    commit_copies,
    wait_copies,
    discard_shared,
    load_matrix_x4,
    load_matrix_x4_transposed,
    load_matrix_x2,
    load_matrix_x2_transposed,
    multiply,
    kernel, // entering and leaving it
};
inline constexpr std::size_t operations = static_cast<std::size_t>(operation::kernel) + 1;

inline char const* name(operation o) {
    constexpr std::array<char const*, operations> names{"uniform",
                                                        "shuffle",
                                                        "shuffle_xor",
                                                        "ballot",
                                                        "first_bit",
                                                        "sync_warp",
                                                        "sync_block",
                                                        "sync_some",
                                                        "arrive_some",
                                                        "load_shared",
                                                        "store_shared",
                                                        "load",
                                                        "load_fresh",
                                                        "store",
                                                        "add",
                                                        "publish",
                                                        "observe",
                                                        "yield",
                                                        "copy_async",
                                                        "commit_copies",
                                                        "wait_copies",
                                                        "discard_shared",
                                                        "load_matrix_x4",
                                                        "load_matrix_x4_transposed",
                                                        "load_matrix_x2",
                                                        "load_matrix_x2_transposed",
                                                        "multiply",
                                                        "kernel"};
    return names[static_cast<std::size_t>(o)];
}

} // namespace fovea::simt
