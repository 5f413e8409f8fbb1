// longest_first(cuda(stream), workspace): the same kernel, its blocks in descending order of what they have to do.
//
//     const auto engine = fovea::longest_first(fovea::cuda(stream), {memory, bytes});
//     fovea::run(engine, o = fovea::sum(p * v));      // bytes: at least fovea::workspace_bytes(engine, o = ...)
//
// For masks with tables in the device's memory (documents, padding, block_sparse), of which the host sees nothing: a
// block that starts last and has most to do is what the whole device waits for. A kernel counts the live tiles of every
// block, CUB sorts the blocks, the attention follows their order; all on the stream, without an allocation, and anew in
// every run, so that the tables may change between replays of a graph. The result has the same bits as without.
// Not part of fovea.cuh, for CUB is long to compile: include <fovea/schedule.cuh>.
// Error: too small a workspace is refused. Cost: two small kernels and a sort of queries / tile x heads numbers.
#pragma once
#include <cub/device/device_radix_sort.cuh>

#include "fovea/engine/sm80/schedule.hpp"
#include "fovea/launch/cuda.cuh"
#include "fovea/plan/workspace.hpp"

namespace fovea::inline v0_1 {

template <class Engine> struct longest_first_engine {
    static constexpr char const* name = "cuda, sm_80, longest first";
    static constexpr char const* order = "blocks begin with those that have most live tiles, as the device counts\n";
    Engine inner{};
    workspace scratch{};

    using target = typename Engine::target;
    template <class Problem> using tile_for = typename Engine::template tile_for<Problem>;
    template <class Problem> using kernel_for = typename Engine::template kernel_for<Problem, sm80::ordered_plan>;
};

template <class Engine> constexpr longest_first_engine<Engine> longest_first(Engine engine, workspace scratch = {}) {
    return {engine, scratch};
}

// The pieces of a workspace: ranks and block numbers before and after the sort, and what CUB asks for itself.
struct [[gnu::visibility("hidden")]] order_memory {
    sm80::block_rank *ranks, *sorted_ranks;
    word *numbers, *order;
    void* sorting;
    std::size_t sorting_bytes;
    index bytes; // of all
};
struct [[gnu::visibility("hidden")]] order_size {
    index blocks;
    int rank_bits;
};

// data null: the sizes alone. CUB asks the current device.
[[gnu::visibility("hidden")]] inline status cut_workspace(order_memory& cut, void* data, order_size size) {
    char* at = static_cast<char*>(data);
    index bytes = 0;
    const auto piece = [&](index size_of_piece) {
        char* const begin = at == nullptr ? nullptr : at + bytes;
        bytes += round_up(size_of_piece, index{256});
        return static_cast<void*>(begin);
    };
    cut.ranks = static_cast<sm80::block_rank*>(piece(8 * size.blocks));
    cut.sorted_ranks = static_cast<sm80::block_rank*>(piece(8 * size.blocks));
    cut.numbers = static_cast<word*>(piece(4 * size.blocks));
    cut.order = static_cast<word*>(piece(4 * size.blocks));
    const cudaError_t code =
        cub::DeviceRadixSort::SortPairsDescending(nullptr, cut.sorting_bytes, cut.ranks, cut.sorted_ranks, cut.numbers,
                                                  cut.order, size.blocks, 0, size.rank_bits);
    if (code != cudaSuccess) cudaGetLastError();
    cut.sorting = piece(static_cast<index>(cut.sorting_bytes));
    cut.bytes = bytes;
    return refusal_of_device(code, "the sort of blocks");
}

template <class Tile, class Problem>
[[gnu::visibility("hidden")]] order_size order_size_of(sm80::block_plan const& plan, Problem const& p) {
    return {plan.blocks(), sm80::bits_of_ranks(plan, ceil_div(p.k().positions(), index{Tile::key})).all};
}

// What longest_first needs: about 24 bytes for each tile of queries of each head. 0 where the call would be refused,
// and where there is no device to ask.
template <class Engine, class... Assignments>
index workspace_bytes(longest_first_engine<Engine> const&, Assignments const&... assignments) {
    const auto p = make_problem(assignments...);
    using tile = typename Engine::template tile_for<std::remove_const_t<decltype(p)>>;
    if (!refusal(p, assignments...).ok() || !sm80::refusal_of_sizes<tile>(p).ok()) return 0;
    order_memory cut{};
    if (!cut_workspace(cut, nullptr, order_size_of<tile>(sm80::plan_blocks<tile>(p), p)).ok()) return 0;
    return cut.bytes;
}

template <class Engine, class Problem> status execute(longest_first_engine<Engine> const& engine, Problem const& p) {
    using target = typename Engine::target;
    using tile = typename Engine::template tile_for<Problem>;
    using counting = sm80::count_work<ptx_sm80_machine, Problem, tile>;
    using kernel = typename Engine::template kernel_for<Problem, sm80::ordered_plan>;
    if (status why = sm80::refusal_of_sizes<tile>(p); !why.ok()) return why;
    if (status why = refusal_of_workspace(engine.scratch); !why.ok()) return why;
    const sm80::block_plan plan = sm80::plan_blocks<tile>(p);
    const order_size size = order_size_of<tile>(plan, p);
    order_memory cut{};
    if (status why = cut_workspace(cut, engine.scratch.data, size); !why.ok()) return why;
    if (engine.scratch.bytes < cut.bytes)
        return status({"the workspace has ", engine.scratch.bytes, " bytes but the order of ", size.blocks,
                       " blocks takes ", cut.bytes, "; fovea::workspace_bytes tells"});

    const cudaStream_t stream = engine.inner.stream;
    const int work_bits = sm80::bits_of_ranks(plan, ceil_div(p.k().positions(), index{tile::key})).work;
    status why =
        launch<counting, target>(stream, counting::blocks_for(plan), {p, plan, work_bits, cut.ranks, cut.numbers});
    if (!why.ok()) return why;
    const cudaError_t code =
        cub::DeviceRadixSort::SortPairsDescending(cut.sorting, cut.sorting_bytes, cut.ranks, cut.sorted_ranks,
                                                  cut.numbers, cut.order, size.blocks, 0, size.rank_bits, stream);
    if (code != cudaSuccess) return cudaGetLastError(), refusal_of_device(code, "the sort of blocks");
    const auto params = sm80::make_params<tile>(p, sm80::ordered_plan{plan, cut.order});
    return launch<kernel, target>(stream, plan.blocks(), params);
}

template <class Engine, view V, operand O>
status execute_copy(longest_first_engine<Engine> const& engine, assignment<V, O> const& copy) {
    return execute_copy(engine.inner, copy);
}

} // namespace fovea::inline v0_1
