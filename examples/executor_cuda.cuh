// Examples on the current CUDA device: fp16 in memory that host and device both reach, so that the reference engine
// reads the same arrays. Ends the program with a sentence where there is no device.
#pragma once
#include <cuda_runtime_api.h>

#include <cstdio>
#include <cstdlib>
#include <fovea/describe.cuh>
#include <fovea/fovea.cuh>
#include <vector>

namespace sample {

inline constexpr int not_run = 77; // what CTest counts as skipped

// The driver's refusal ends the program: an example has nothing else to show.
inline void need(cudaError_t code) {
    if (code == cudaSuccess) return;
    std::printf("compiled for CUDA, not run: %s\n", cudaGetErrorString(code));
    int devices = 0;
    std::exit(cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0 ? not_run : 1);
}

template <class T> struct managed {
    using value_type = T;
    managed() = default;
    template <class U> managed(managed<U> const&) {}
    T* allocate(std::size_t n) {
        void* at = nullptr;
        need(cudaMallocManaged(&at, n * sizeof(T)));
        return static_cast<T*>(at);
    }
    void deallocate(T* at, std::size_t) { cudaFree(at); }
    friend bool operator==(managed const&, managed const&) { return true; }
};

using element = fovea::fp16;
template <class T> using vector = std::vector<T, managed<T>>;

// fovea::cuda() does not wait for what it starts; whoever looks at the result does.
struct waiting : decltype(fovea::cuda()){};
template <class Problem> fovea::status execute(waiting const& engine, Problem const& problem) {
    decltype(fovea::cuda()) const& on_stream = engine;
    fovea::status ran = execute(on_stream, problem);
    if (ran.ok()) need(cudaStreamSynchronize(engine.stream));
    return ran;
}
inline waiting engine() { return {fovea::cuda()}; }

// The weights are rounded to fp16, in which the values are: a few of its units in the last place.
inline double rounding(int) { return 8 * 0x1p-11; }

} // namespace sample
