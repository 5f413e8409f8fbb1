// Random cases of the sm_80 engine. Operands in fp32, in three products of tf32.
#include "engine/sm80/at_random.hpp"

namespace {

using namespace tests;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_fp32[] = {
    enlist<variants::causal, float, float, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::streaming, float, float, c<128>>("sm_80", emulated_at_random<>{}),
    enlist<variants::alibi, float, fovea::bf16, c<33>>("sm_80", emulated_at_random<>{}),
    enlist<variants::full, float, float, c<256>>("sm_80", emulated_at_random<>{}),
    enlist<variants::sigmoid, float, float, c<80>>("sm_80", emulated_at_random<>{}),
    enlist<variants::everything_at_once, float, float, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::rope_pairs, float, fovea::fp16, c<48>>(
        "sm_80", emulated_at_random<fovea::tile_shape{.query = 64, .key = 64, .warps = 2, .stages = 1}>{}),
};

} // namespace
