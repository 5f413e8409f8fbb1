// Random cases of the sm_80 engine. Scores.
#include "engine/sm80/at_random.hpp"

namespace {

using namespace tests;
using fovea::bf16;
using fovea::fp16;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_scores[] = {
    enlist<variants::softcap, bf16, float, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::alibi, fp16, float, c<128>>("sm_80", emulated_at_random<>{}),
    enlist<variants::alibi_two_sided, bf16, bf16, c<63>>("sm_80", emulated_at_random<>{}),
    enlist<variants::bias, fp16, fp16, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::distance_table, bf16, float, c<8>>("sm_80", emulated_at_random<>{}),
};

} // namespace
