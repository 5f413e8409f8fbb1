// Random cases. Masks of positions in fp32.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_masks[] = {
    enlist<variants::full, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::causal, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::sliding_window, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::band, float, float>("cpu", cpu_at_random<>{}),
};

} // namespace
