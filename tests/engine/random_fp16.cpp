// Random cases. Operands in fp16.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_fp16[] = {
    enlist<variants::streaming, fovea::fp16, fovea::fp16>("cpu", cpu_at_random<>{}),
    enlist<variants::band, fovea::fp16, float>("cpu", cpu_at_random<>{}),
    enlist<variants::t5_bias<true>, fovea::fp16, fovea::fp16>("cpu", cpu_at_random<>{}),
    enlist<variants::rope_halves, fovea::fp16, fovea::bf16>("cpu", cpu_at_random<>{}),
};

} // namespace
