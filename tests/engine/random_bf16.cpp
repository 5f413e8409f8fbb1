// Random cases. Operands in bf16.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_bf16[] = {
    enlist<variants::full, fovea::bf16, fovea::bf16>("cpu", cpu_at_random<>{}),
    enlist<variants::causal, fovea::bf16, float>("cpu", cpu_at_random<>{}),
    enlist<variants::sliding_window, fovea::bf16, fovea::bf16>("cpu", cpu_at_random<>{}),
    enlist<variants::alibi_two_sided, fovea::bf16, fovea::bf16, fovea::constant_size<64>>("cpu", cpu_at_random<>{}),
};

} // namespace
