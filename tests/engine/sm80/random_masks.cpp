// Random cases of the sm_80 engine. Masks of positions, over head sizes.
#include "engine/sm80/at_random.hpp"

namespace {

using namespace tests;
using fovea::bf16;
using fovea::fp16;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_masks[] = {
    enlist<variants::causal, fp16, float, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::full, bf16, bf16, c<128>>("sm_80", emulated_at_random<>{}),
    enlist<variants::sliding_window, bf16, float, c<96>>("sm_80", emulated_at_random<>{}),
    enlist<variants::band, fp16, fp16, c<33>>("sm_80", emulated_at_random<>{}),
    enlist<variants::streaming, bf16, bf16, c<128>>("sm_80", emulated_at_random<>{}),
    enlist<variants::prefix, fp16, float, c<80>>("sm_80", emulated_at_random<>{}),
};

} // namespace
