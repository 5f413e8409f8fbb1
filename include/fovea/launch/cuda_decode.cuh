// cuda_decode(stream, workspace): the engine for a few queries against many keys, decoding with a cache.
//
//     fovea::workspace scratch{pointer, bytes};     // bytes: fovea::workspace_bytes(fovea::cuda_decode(), ...)
//     fovea::run(fovea::cuda_decode(stream, scratch), o = fovea::sum(p * v), l = fovea::logsumexp(s));
//
// The query heads of a group are packed, so that a key is read once for all of them, and the keys are cut into pieces
// that a second kernel merges: every multiprocessor has work even where batch and heads are few. Meant for at most 16
// rows, queries x (heads / kv_heads), or 32 with tile_shape{.query = 32}; beyond, keys are read again for every so many
// rows, and nothing is refused.
//
// The workspace holds what the pieces leave; it is the caller's (cudaMalloc, or a pool ordered by the stream), must
// live until the stream has passed the run, and may be used by the stream's next run. With less than workspace_bytes
// there are fewer pieces, without any one, and the second kernel is not run: slower, and the same but for rounding.
// Otherwise as cuda(stream): no allocation, no waiting, nothing kept; it may be captured into a graph. Same bits at
// every run with the same workspace size; with enough workspace they do not depend on the batch or the device either.
// Error: a workspace that has bytes but is null, or does not begin at a multiple of 32 bytes, is refused.
#pragma once
#include "fovea/engine/sm80/combine.hpp"
#include "fovea/engine/sm80/decode.hpp"
#include "fovea/launch/cuda.cuh"

namespace fovea::inline v0_1 {

template <tile_shape Tile = tile_shape{}, class Target = compiled_for<__CUDA_ARCH_LIST__>,
          precision Products = precision::of_elements>
struct cuda_decode_engine {
    static constexpr char const* name = "cuda, sm_80, decode";
    using target = Target;
    cudaStream_t stream = nullptr;
    workspace scratch{};

    // Another tile than the table's, other products than the elements' own; what is 0 stays the table's. query: packed
    // rows, 16 or 32. warps divide the keys.
    template <tile_shape Other, precision P = Products> constexpr cuda_decode_engine<Other, Target, P> with() const {
        return {stream, scratch};
    }
    template <precision P> constexpr cuda_decode_engine<Tile, Target, P> with() const { return {stream, scratch}; }
};

template <class T> inline constexpr bool is_cuda_decode_engine = false;
template <tile_shape Tile, class Target, precision Products>
inline constexpr bool is_cuda_decode_engine<cuda_decode_engine<Tile, Target, Products>> = true;

inline constexpr cuda_decode_engine<> cuda_decode(cudaStream_t stream = nullptr, workspace scratch = {}) {
    return {stream, scratch};
}

// What a workspace needs for as many pieces as the keys deserve: grows with batches x key heads x queries x group, and
// with the number of keys up to 16384. 0 where the keys are one piece, and where the call would be refused.
template <tile_shape Tile, class Target, precision Products, class... Assignments>
index workspace_bytes(cuda_decode_engine<Tile, Target, Products> const&, Assignments const&... assignments) {
    const auto p = make_problem(assignments...);
    using problem_type = std::remove_const_t<decltype(p)>;
    using tile = decltype(sm80::chosen_decode_tile<problem_type, Tile, sm80::head_sizes{}, Products>());
    if (!refusal(p, assignments...).ok() || !sm80::refusal_of_decode<tile>(p, {}).ok()) return 0;
    return sm80::workspace_bytes<tile>(p);
}

template <tile_shape Tile, class Target, precision Products, class Problem>
status execute(cuda_decode_engine<Tile, Target, Products> const& engine, Problem const& p) {
    using tile = decltype(sm80::chosen_decode_tile<Problem, Tile, sm80::head_sizes{}, Products>());
    using pass = sm80::decode<ptx_sm80_machine, Problem, tile>;
    using merge = sm80::combine<ptx_sm80_machine, Problem, tile>;
    if (status why = sm80::refusal_of_decode<tile>(p, engine.scratch); !why.ok()) return why;
    const auto params =
        sm80::make_decode_params<tile>(p, sm80::plan_decode<tile>(p, engine.scratch.bytes), engine.scratch.data);
    status why = launch<pass, Target>(engine.stream, params.plan.blocks(), params);
    if (!why.ok() || params.plan.pieces == 1) return why;
    return launch<merge, Target>(engine.stream, merge::blocks_of(params.plan), params);
}

template <class Engine, view V, operand O>
    requires is_cuda_decode_engine<Engine>
status execute_copy(Engine const& engine, assignment<V, O> const& copy) {
    return execute_copy(cuda_engine<tile_shape{}, typename Engine::target>{engine.stream}, copy);
}

} // namespace fovea::inline v0_1
