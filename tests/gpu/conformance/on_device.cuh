// Runs the cases of a list on the current device.
//
//     std::vector<tests::outcome> all = tests::on_device(tests::sm80_instructions<fovea::ptx_sm80_machine>{});
#pragma once
#include <cuda_runtime.h>

#include <stdexcept>
#include <string>
#include <type_traits>

#include "fovea/machine/ptx/entry.cuh"
#include "gpu/conformance/instructions.hpp"
#include "gpu/conformance/outcome.hpp"

namespace tests {

inline void require(cudaError_t status, char const* what) {
    if (status != cudaSuccess) throw std::runtime_error(std::string{what} + ": " + cudaGetErrorString(status));
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

template <class Kernel> outcome on_device() {
    const words in = Kernel::in();
    constexpr layout shape = Kernel::shape;
    const device_words from{in}, to{words(Kernel::out(in).size(), shape.before)};
    const dim3 grid(static_cast<unsigned>(shape.x), static_cast<unsigned>(shape.y), static_cast<unsigned>(shape.z));
    fovea::entry<Kernel><<<grid, Kernel::threads, Kernel::shared_bytes>>>({from.data, to.data});
    require(cudaGetLastError(), Kernel::name);
    require(cudaDeviceSynchronize(), Kernel::name);
    return {Kernel::name, to.host(), {}};
}

template <class... Kernel> outcomes on_device(kernel_list<Kernel...>) { return {on_device<Kernel>()...}; }

} // namespace tests
