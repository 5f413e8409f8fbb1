// Random cases. A user's own functors, sink logits, sigmoid, statistics alone, in fp32.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_functors[] = {
    enlist<variants::generic_functor, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::plain_functor, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::sinks, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::sigmoid, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::statistics_alone, float, float>("cpu", cpu_at_random<>{}),
};

} // namespace
