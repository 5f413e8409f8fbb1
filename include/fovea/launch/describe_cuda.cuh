// What describe says of cuda(stream) and cuda_decode(stream, workspace): the sm_80 engine's own lines, and what the
// kernel takes of the current device.
//
//     std::puts(to_string(describe(cuda(stream), o = sum(p * v))).c_str());
//
// Without a device the rest is said, and one sentence says that there is none. A mask with tables in the device's
// memory, or with a functor that may point there, is not asked for its tiles. Nothing is launched.
#pragma once
#include "fovea/launch/cuda.cuh"
#include "fovea/launch/cuda_decode.cuh"
#include "fovea/launch/describe_sm80.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Whether what an expression reads is out of the host's reach. A functor with members is not looked into.
struct out_of_reach {
    bool& found;
    template <class E> void operator()(E const& e) const {
        if constexpr (reads_table<E>) look(e.op.source.data);
        if constexpr (requires { e.tensor.data; }) look(e.tensor.data);
        if constexpr (requires { e.op.functor; }) found = found || !std::is_empty_v<decltype(e.op.functor)>;
        if constexpr (requires { e.each(*this); }) e.each(*this);
    }
    void look(void const* at) const {
        cudaPointerAttributes about{};
        if (cudaPointerGetAttributes(&about, at) == cudaSuccess) found = found || about.type == cudaMemoryTypeDevice;
        else cudaGetLastError(); // memory of the host that no device knows
    }
};

// Without a device all memory is the host's.
template <class Mask> bool is_readable_here(description const& d, Mask const& mask) {
    bool unread = false;
    if (d.kernel.without_device.empty()) out_of_reach{unread}(mask);
    return !unread;
}

// "built for sm_80 sm_90"
template <int... Capabilities> std::string target_text(compiled_for<Capabilities...> const&) {
    std::string text = "built for";
    ((text += spell({" sm_", index{Capabilities / 10}})), ...);
    return text;
}

template <class Kernel, class Target> void describe_kernel(description& d) {
    kernel_use& k = d.kernel;
    int device = 0;
    cudaDeviceProp about{};
    cudaError_t code = cudaGetDevice(&device);
    if (code == cudaSuccess) code = cudaGetDeviceProperties(&about, device);
    if (code != cudaSuccess) {
        cudaGetLastError();
        k.without_device = spell({"there is no device to ask for registers and occupancy: ", cudaGetErrorString(code)});
        return;
    }
    k.device = about.name;
    k.multiprocessors = about.multiProcessorCount;
    if (status why = allow_shared_memory<Kernel, Target>(); !why.ok())
        return static_cast<void>(d.refusal = why.sentence());
    cudaFuncAttributes taken{};
    int at_once = 0;
    code = cudaFuncGetAttributes(&taken, entry<Kernel, Target>);
    if (code == cudaSuccess)
        code = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&at_once, entry<Kernel, Target>, Kernel::threads,
                                                             static_cast<std::size_t>(Kernel::shared_bytes));
    if (code != cudaSuccess) {
        cudaGetLastError();
        return static_cast<void>(d.refusal = refusal_of_device(code, "the kernel").sentence());
    }
    k.registers = taken.numRegs;
    k.spilled_bytes = static_cast<index>(taken.localSizeBytes);
    k.static_shared_bytes = static_cast<index>(taken.sharedSizeBytes);
    k.blocks_at_once = at_once;
    const double places = static_cast<double>(k.multiprocessors) * at_once;
    k.waves = places > 0 ? static_cast<double>(k.blocks) / places : 0;
}

template <class Engine, class Problem>
    requires requires { typename Engine::target; }
void describe_problem(description& d, Engine const&, Problem const& p) {
    using target = typename Engine::target;
    d.isa = target_text(target{});
    if constexpr (requires { Engine::order; })
        describe_sm80<typename Engine::template tile_for<Problem>>(d, p, Engine::order);
    else describe_sm80<typename Engine::template tile_for<Problem>>(d, p);
    if (d.refusal.empty()) describe_kernel<typename Engine::template kernel_for<Problem>, target>(d);
    d.countable = is_readable_here(d, p.scored.mask);
}

template <tile_shape Tile, class Target, precision Products, class Problem>
void describe_problem(description& d, cuda_decode_engine<Tile, Target, Products> const& engine, Problem const& p) {
    using tile = decltype(sm80::chosen_decode_tile<Problem, Tile, sm80::head_sizes{}, Products>());
    d.isa = target_text(Target{});
    describe_sm80_decode<tile>(d, p, engine.scratch);
    if (d.refusal.empty()) describe_kernel<sm80::decode<ptx_sm80_machine, Problem, tile>, Target>(d);
    d.countable = is_readable_here(d, p.scored.mask);
}

} // namespace v0_1
} // namespace fovea
