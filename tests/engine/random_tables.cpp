// Random cases. Masks read from tables, and of pixels, in fp32.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_tables[] = {
    enlist<variants::documents, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::padding, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::block_sparse, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::neighbourhood, float, float>("cpu", cpu_at_random<>{}),
};

} // namespace
