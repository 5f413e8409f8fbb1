// Random cases. Rotated operands in fp32.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_rope[] = {
    enlist<variants::rope_halves, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::rope_pairs, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::rope_yarn, float, float>("cpu", cpu_at_random<>{}),
};

} // namespace
