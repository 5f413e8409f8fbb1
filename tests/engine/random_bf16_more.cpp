// Random cases. Operands in bf16: sinks, sigmoid, tables, rotation.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_bf16_more[] = {
    enlist<variants::sinks, fovea::bf16, fovea::bf16>("cpu", cpu_at_random<>{}),
    enlist<variants::sigmoid, fovea::bf16, float>("cpu", cpu_at_random<>{}),
    enlist<variants::documents, fovea::bf16, fovea::bf16>("cpu", cpu_at_random<>{}),
    enlist<variants::rope_pairs, fovea::bf16, fovea::bf16>("cpu", cpu_at_random<>{}),
};

} // namespace
