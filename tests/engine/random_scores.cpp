// Random cases. Scores of positions in fp32.
#include "engine/random_case.hpp"

namespace {

using namespace tests;

const int enlisted_scores[] = {
    enlist<variants::softcap, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::alibi, float, float>("cpu", cpu_at_random<>{}),
    enlist<variants::alibi_two_sided, float, float>("cpu", cpu_at_random<>{}),
};

} // namespace
