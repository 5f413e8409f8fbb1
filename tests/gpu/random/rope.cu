// Random cases on a GPU. Rotated operands, and everything at once.
#include "gpu/random/cuda_at_random.cuh"

namespace {

using namespace tests;

const int enlisted[] = {
    enlist<variants::rope_halves, fovea::bf16, fovea::bf16>("cuda", cuda_at_random<>{}),
    enlist<variants::everything_at_once, fovea::fp16, float>("cuda", cuda_at_random<>{}),
};

} // namespace
