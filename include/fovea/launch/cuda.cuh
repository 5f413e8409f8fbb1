// cuda(stream): the engine that runs an attention as one kernel on the current device.
//
//     fovea::run(fovea::cuda(stream), o = fovea::sum(p * v), l = fovea::logsumexp(s));
//     fovea::run(fovea::cuda(stream).with<fovea::tile_shape{.query = 64, .key = 64}>(), ...);
//     fovea::run(fovea::cuda(stream).with<fovea::precision::tf32>(), ...);
//
// A run allocates nothing, waits for nothing and keeps nothing: it may be captured into a graph. Tables, tensors and
// operands lie in memory that the device can reach, and live until the stream has passed the run.
// Error: what the driver refuses is refused with its words; errors of earlier work on the stream are not asked for.
#pragma once
#include <cuda_runtime_api.h>

#include "fovea/base/refusal.hpp"
#include "fovea/engine/sm80/copy.hpp"
#include "fovea/engine/sm80/forward.hpp"
#include "fovea/machine/ptx/entry.cuh"
#include "fovea/machine/ptx/sm80.cuh"

namespace fovea::inline v0_1 {

// Target: what this file is compiled for, so that two shared objects with other targets share no function.
template <tile_shape Tile = tile_shape{}, class Target = compiled_for<__CUDA_ARCH_LIST__>,
          precision Products = precision::of_elements>
struct cuda_engine {
    static constexpr char const* name = "cuda, sm_80";
    cudaStream_t stream = nullptr;

    // What a problem runs in.
    using target = Target;
    template <class Problem>
    using tile_for = decltype(sm80::chosen_tile<Problem, Tile, sm80::head_sizes{}, Products>());
    template <class Problem, class Plan = sm80::block_plan>
    using kernel_for = sm80::forward<ptx_sm80_machine, Problem, tile_for<Problem>, Plan>;

    // Another tile than the table's, other products than the elements' own; what is 0 stays the table's.
    template <tile_shape Other, precision P = Products> constexpr cuda_engine<Other, Target, P> with() const {
        return {stream};
    }
    template <precision P> constexpr cuda_engine<Tile, Target, P> with() const { return {stream}; }
};

template <class T> inline constexpr bool is_cuda_engine = false;
template <tile_shape Tile, class Target, precision Products>
inline constexpr bool is_cuda_engine<cuda_engine<Tile, Target, Products>> = true;

inline constexpr cuda_engine<> cuda(cudaStream_t stream = nullptr) { return {stream}; }

[[gnu::visibility("hidden")]] inline status refusal_of_device(cudaError_t code, char const* what) {
    if (code == cudaSuccess) return {};
    return status({"the device refuses ", what, ": ", cudaGetErrorString(code)});
}

// Blocks of dynamic shared memory beyond 48 KB are asked for, anew each time: the kernel's attribute is the current
// device's.
template <class Kernel, class Target> status allow_shared_memory() {
    if constexpr (Kernel::shared_bytes <= 48 * 1024) return {};
    const cudaError_t code =
        cudaFuncSetAttribute(entry<Kernel, Target>, cudaFuncAttributeMaxDynamicSharedMemorySize, Kernel::shared_bytes);
    if (code == cudaSuccess) return {};
    cudaGetLastError(); // reported here, not to whoever asks next
    int device = 0, most = 0;
    cudaGetDevice(&device);
    cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
    if (most > 0 && most < Kernel::shared_bytes)
        return status({"the tile takes ", Kernel::shared_bytes,
                       " bytes of shared memory but a block of this device has ", most, "; use a smaller tile_shape"});
    return refusal_of_device(code, "the kernel");
}

// Target is also here: this function is found by its name among all shared objects, the kernel it starts is not.
template <class Kernel, class Target = compiled_for<__CUDA_ARCH_LIST__>>
status launch(cudaStream_t stream, index blocks, typename Kernel::params const& params) {
    constexpr index most = 0x7fffffff;
    if (blocks > most)
        return status({"the call needs ", blocks, " blocks of threads but a grid has at most ", most,
                       "; give it fewer batches, heads or queries at once"});
    if (status why = allow_shared_memory<Kernel, Target>(); !why.ok()) return why;
    cudaLaunchConfig_t how{};
    how.gridDim = dim3(static_cast<unsigned>(blocks));
    how.blockDim = dim3(static_cast<unsigned>(Kernel::threads));
    how.dynamicSmemBytes = static_cast<std::size_t>(Kernel::shared_bytes);
    how.stream = stream;
    const cudaError_t code = cudaLaunchKernelEx(&how, entry<Kernel, Target>, params);
    if (code != cudaSuccess) cudaGetLastError();
    return refusal_of_device(code, "the launch");
}

template <class Engine, class Problem>
    requires is_cuda_engine<Engine>
status execute(Engine const& engine, Problem const& p) {
    using tile = typename Engine::template tile_for<Problem>;
    using kernel = typename Engine::template kernel_for<Problem>;
    if (status why = sm80::refusal_of_sizes<tile>(p); !why.ok()) return why;
    const auto params = sm80::make_params<tile>(p);
    return launch<kernel, typename Engine::target>(engine.stream, params.plan.blocks(), params);
}

template <class Engine, view V, operand O>
    requires is_cuda_engine<Engine>
status execute_copy(Engine const& engine, assignment<V, O> const& copy) {
    using kernel = sm80::copy_for<ptx_sm80_machine, O, V>;
    if (status why = kernel::refusal_of(copy); !why.ok()) return why;
    const auto params = kernel::make_params(copy);
    return launch<kernel, typename Engine::target>(engine.stream, kernel::blocks_for(params), params);
}

} // namespace fovea::inline v0_1
