// Runs the cases of a list on the current device.
//
//     std::vector<tests::outcome> all = tests::on_device(tests::sm80_instructions<fovea::ptx_sm80_machine>{});
#pragma once
#include <cuda_runtime.h>

#include <stdexcept>
#include <string>
#include <type_traits>

#include "fovea/machine/ptx/entry.cuh"
#include "fovea/machine/ptx/tensor_map.cuh"
#include "gpu/conformance/instructions.hpp"
#include "gpu/conformance/isolated.hpp"
#include "gpu/conformance/outcome.hpp"

namespace tests {

inline void require(cudaError_t status, char const* what) {
    if (status != cudaSuccess) throw std::runtime_error(std::string{what} + ": " + cudaGetErrorString(status));
}

inline void require(fovea::status const& packed) {
    if (!packed.ok()) throw std::runtime_error(packed.sentence());
}

// Words in the device's memory.
struct device_words {
    word* data = nullptr;
    std::size_t count;
    explicit device_words(words const& host) : count(host.size()) {
        require(cudaMalloc(&data, count * sizeof(word)), "cudaMalloc");
        require(cudaMemcpy(data, host.data(), count * sizeof(word), cudaMemcpyHostToDevice), "cudaMemcpy");
    }
    device_words(device_words const&) = delete;
    ~device_words() { cudaFree(data); }
    words host() const {
        words all(count);
        require(cudaMemcpy(all.data(), data, count * sizeof(word), cudaMemcpyDeviceToHost), "cudaMemcpy");
        return all;
    }
};

template <class Kernel> cudaError_t launched(typename Kernel::params const& params) {
    constexpr layout shape = Kernel::shape;
    cudaLaunchConfig_t how{};
    how.gridDim = dim3(static_cast<unsigned>(shape.x), static_cast<unsigned>(shape.y), static_cast<unsigned>(shape.z));
    how.blockDim = dim3(Kernel::threads);
    how.dynamicSmemBytes = Kernel::shared_bytes;
    cudaLaunchAttribute cluster{};
    cluster.id = cudaLaunchAttributeClusterDimension;
    cluster.val.clusterDim = {cluster_of<Kernel>(), 1, 1};
    how.attrs = &cluster;
    how.numAttrs = cluster_of<Kernel>() > 1 ? 1 : 0;
    const auto kernel = fovea::entry<Kernel>;
    if (Kernel::shared_bytes > 48 * 1024) {
        const auto wanted = static_cast<int>(Kernel::shared_bytes);
        const cudaError_t status = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, wanted);
        if (status != cudaSuccess) return status;
    }
    return cudaLaunchKernelEx(&how, kernel, params);
}

template <class Kernel> outcome on_device() {
    const words in = Kernel::in();
    const device_words from{in}, to{words(Kernel::out(in).size(), Kernel::shape.before)};
    typename Kernel::params params{from.data, to.data};
    if constexpr (requires { params.from; }) {
        require(fovea::pack(Kernel::from(from.data), params.from));
        require(fovea::pack(Kernel::to(to.data), params.to));
    }
    require(launched<Kernel>(params), Kernel::name);
    require(cudaDeviceSynchronize(), Kernel::name);
    return {Kernel::name, to.host(), {}};
}

template <class... Kernel> outcomes on_device(kernel_list<Kernel...>) {
    using run = outcome (*)();
    constexpr run all[] = {on_device<Kernel>...};
    return isolated({Kernel::name...}, [&](std::size_t i) { return all[i](); });
}

} // namespace tests
