// Random cases. Masks joined from others, in fp32.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_masks_joined[] = {
    enlist<variants::streaming, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::prefix, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::dilated, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::own_window, float, float>("cpu", cpu_at_random<>{}),
};

} // namespace
