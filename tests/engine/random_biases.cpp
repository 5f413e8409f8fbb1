// Random cases. Scores read from tables and tensors, in fp32.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_biases[] = {
    enlist<variants::t5_bias<true>, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::t5_bias<false>, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::bias, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::distance_table, float, float>("cpu", cpu_at_random<>{}),
};

} // namespace
