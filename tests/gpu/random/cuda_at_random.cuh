// The sm_80 engine on the current device for random cases, over operands in the host's memory: see host_memory.hpp.
//
//     enlist<variants::causal, fovea::bf16, float, fovea::constant_size<64>>("cuda", cuda_at_random<>{});
#pragma once
#include <cuda_runtime_api.h>

#include <fovea/fovea.cuh>

#include "engine/random_case.hpp"
#include "gpu/random/host_memory.hpp"

namespace tests {

// Like cuda(), but for views whose number of channels is a number: Most, at the most.
template <fovea::tile_shape Tile = fovea::tile_shape{},
          fovea::sm80::head_sizes Most = fovea::sm80::head_sizes{192, 192},
          fovea::precision Products = fovea::precision::of_elements>
struct on_device {
    static constexpr char const* name = "sm_80, on a device";
};

template <fovea::tile_shape Tile, fovea::sm80::head_sizes Most, fovea::precision Products, class Problem>
fovea::status execute(on_device<Tile, Most, Products> const&, Problem const& p) {
    show_memory_to_device();
    // Values are drawn as wide as 192, or as the queries are.
    constexpr int channels = fovea::sm80::head_sizes_of<Problem, Most>().channels;
    constexpr fovea::sm80::head_sizes most{Most.channels, fovea::greatest(Most.values, channels)};
    using tile = decltype(fovea::sm80::chosen_tile<Problem, Tile, most, Products>());
    using kernel = fovea::sm80::forward<fovea::ptx_sm80_machine, Problem, tile>;
    if (fovea::status why = fovea::sm80::refusal_of_sizes<tile>(p); !why.ok()) return why;
    const auto params = fovea::sm80::make_params<tile>(p);
    if (fovea::status why = fovea::launch<kernel>(nullptr, params.plan.blocks(), params); !why.ok()) return why;
    const cudaError_t ended = cudaDeviceSynchronize();
    return ended == cudaSuccess ? fovea::status()
                                : fovea::status({"the kernel ended with: ", cudaGetErrorString(ended)});
}

template <fovea::tile_shape Tile = fovea::tile_shape{}, fovea::precision Products = fovea::precision::of_elements>
struct cuda_at_random {
    // Of 1 - 2 / (exp(2 x) + 1) by ex2.approx and rcp.approx, within 2^-22 and 2^-23 of themselves.
    static constexpr double tanh_error = 0x1p-20;
    // Weights are rounded to the values' own format, or to tf32 where that was asked for.
    template <class T> static constexpr format weights() {
        return Products == fovea::precision::tf32 ? format::tf32 : format_of<T>();
    }
    template <class... A> fovea::status operator()(draws&, A const&... assignments) const {
        return fovea::try_run(on_device<Tile, fovea::sm80::head_sizes{192, 192}, Products>{}, assignments...);
    }
};

} // namespace tests
