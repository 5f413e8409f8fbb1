// Random cases of the sm_80 engine. Users' functors, relative biases, sinks, sigmoid.
#include "engine/sm80/at_random.hpp"

namespace {

using namespace tests;
using fovea::bf16;
using fovea::fp16;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_functors[] = {
    enlist<variants::generic_functor, fp16, fp16, c<96>>("sm_80", emulated_at_random<>{}),
    enlist<variants::plain_functor, bf16, float, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::t5_bias<true>, fp16, float, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::sinks, bf16, float, c<192>>("sm_80", emulated_at_random<>{}),
    enlist<variants::sigmoid, fp16, float, c<16>>("sm_80", emulated_at_random<>{}),
};

} // namespace
