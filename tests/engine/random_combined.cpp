// Random cases. Much at once, channels known while compiling, in fp32.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_combined[] = {
    enlist<variants::everything_at_once, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::causal, float, float, fovea::constant_size<64>>("cpu", cpu_at_random<>{}),
    enlist<variants::band, float, float, fovea::constant_size<128>>("cpu", cpu_at_random<>{}),
};

} // namespace
