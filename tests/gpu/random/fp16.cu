// Random cases on a GPU. Operands in fp16.
#include "gpu/random/cuda_at_random.cuh"

namespace {

using namespace tests;

const int enlisted[] = {
    enlist<variants::full, fovea::fp16, fovea::fp16, fovea::constant_size<32>>("cuda", cuda_at_random<>{}),
    enlist<variants::sliding_window, fovea::fp16, float>("cuda", cuda_at_random<>{}),
    enlist<variants::alibi, fovea::fp16, fovea::fp16>("cuda", cuda_at_random<>{}),
    enlist<variants::sinks, fovea::fp16, fovea::bf16>("cuda", cuda_at_random<>{}),
    enlist<variants::generic_functor, fovea::fp16, fovea::fp16>("cuda", cuda_at_random<>{}),
};

} // namespace
