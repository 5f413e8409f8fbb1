// The one __global__ function: runs a kernel, which is a type.
//
//     struct kernel {
//         static constexpr int threads = 128, blocks = 2; // threads of a block; blocks that share a multiprocessor
//         struct params { float* data; };
//         FOVEA_DEVICE static void run(params const& p);
//     };
//     fovea::entry<kernel><<<grid, kernel::threads, shared_bytes, stream>>>({data});
//
// Being hidden, its symbol never meets that of another shared object; being named after the compute capabilities that
// it was compiled for (800, 900), neither does that of another file compiled for others. Configurations travel inside
// the kernel's type: a class-type template argument on the __global__ itself breaks nvcc's host stub.
#pragma once

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <int... Capabilities> struct compiled_for {};

template <class Kernel, class Target = compiled_for<__CUDA_ARCH_LIST__>>
__global__ void __launch_bounds__(Kernel::threads, Kernel::blocks) __attribute__((visibility("hidden")))
entry(const __grid_constant__ typename Kernel::params p) {
    Kernel::run(p);
}

} // namespace v0_1
} // namespace fovea
