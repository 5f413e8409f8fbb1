// Random cases of the sm_80 engine. Operands turned and scaled as they are read, alone and with everything else.
#include "engine/sm80/at_random.hpp"

namespace {

using namespace tests;
using fovea::bf16;
using fovea::fp16;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_rope[] = {
    enlist<variants::rope_halves, fp16, float, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::rope_pairs, bf16, bf16, c<80>>("sm_80", emulated_at_random<>{}),
    enlist<variants::rope_yarn, fp16, fp16, c<128>>("sm_80", emulated_at_random<>{}),
    enlist<variants::everything_at_once, bf16, float, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::statistics_alone, fp16, float, c<256>>("sm_80", emulated_at_random<>{}),
};

} // namespace
