// The kernel for a GPU, in a file that nvcc compiles with the flags of fovea::cuda.
#include <fovea/machine/ptx/entry.cuh>
#include <fovea/machine/ptx/sm80.cuh>

#include "doubled.hpp"

static_assert(__cplusplus >= 202002L, "fovea::cuda brings C++20");

void twice(float const* from, float* to, unsigned blocks, cudaStream_t stream) {
    fovea::entry<doubled<fovea::ptx_sm80_machine>><<<blocks, 128, 0, stream>>>({from, to});
}
