// Random cases on a GPU. Operands in bf16.
#include "gpu/random/cuda_at_random.cuh"

namespace {

using namespace tests;

const int enlisted[] = {
    enlist<variants::causal, fovea::bf16, fovea::bf16, fovea::constant_size<64>>("cuda", cuda_at_random<>{}),
    enlist<variants::streaming, fovea::bf16, float, fovea::constant_size<128>>("cuda", cuda_at_random<>{}),
    enlist<variants::documents, fovea::bf16, fovea::bf16>("cuda", cuda_at_random<>{}),
    enlist<variants::softcap, fovea::bf16, fovea::bf16>("cuda", cuda_at_random<>{}),
};

} // namespace
