// Random cases on a GPU. Operands in fp32: in three products of tf32, and rounded to tf32.
#include "gpu/random/cuda_at_random.cuh"

namespace {

using namespace tests;

const cuda_at_random<fovea::tile_shape{}, fovea::precision::tf32> rounded;

const int enlisted[] = {
    enlist<variants::causal, float, float, fovea::constant_size<64>>("cuda", cuda_at_random<>{}),
    enlist<variants::sliding_window, float, float>("cuda", cuda_at_random<>{}),
    enlist<variants::rope_pairs, float, fovea::bf16>("cuda", cuda_at_random<>{}),
    enlist<variants::causal, float, float, fovea::constant_size<128>>("cuda, tf32", rounded),
    enlist<variants::streaming, float, float>("cuda, tf32", rounded),
};

} // namespace
