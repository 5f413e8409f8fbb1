// Random cases. Shapes of other machines: 4, 8 and 16 lanes; products of bf16 pairs and of the matrix unit, emulated
// where there are none.
#include "support/any_width.hpp"

#include "engine/random_case.hpp"

namespace {

using namespace tests;

constexpr fovea::cpu_shape pairs_of_16 = fovea::default_shape({.lanes = 16, .registers = 32, .bf16_pairs = true}, true);
constexpr fovea::cpu_shape tiles =
    fovea::default_shape({.lanes = 16, .registers = 32, .bf16_pairs = false, .bf16_tiles = true}, true);
constexpr fovea::cpu_shape lanes_of_16 =
    fovea::default_shape({.lanes = 16, .registers = 32, .bf16_pairs = false}, false);
constexpr fovea::cpu_shape lanes_of_8 = fovea::default_shape({.lanes = 8, .registers = 16, .bf16_pairs = false}, false);
constexpr fovea::cpu_shape lanes_of_4 = fovea::default_shape({.lanes = 4, .registers = 16, .bf16_pairs = false}, false);

const int enlisted_wide[] = {
    enlist<variants::causal, fovea::bf16, float>("cpu, 16 lanes in pairs", cpu_at_random<pairs_of_16>{}),
    enlist<variants::everything_at_once, fovea::bf16, fovea::bf16>("cpu, 16 lanes in pairs",
                                                                   cpu_at_random<pairs_of_16>{}),
    enlist<variants::causal, fovea::bf16, fovea::bf16>("cpu, matrix unit", cpu_at_random<tiles>{}),
    enlist<variants::everything_at_once, fovea::bf16, float>("cpu, matrix unit", cpu_at_random<tiles>{}),
    enlist<variants::streaming, fovea::bf16, float>("cpu, matrix unit", cpu_at_random<tiles>{}),
    enlist<variants::streaming, float, float>("cpu, 16 lanes", cpu_at_random<lanes_of_16>{}),
    enlist<variants::sliding_window, fovea::bf16, fovea::bf16>("cpu, 8 lanes", cpu_at_random<lanes_of_8>{}),
    enlist<variants::alibi, fovea::fp16, float>("cpu, 4 lanes", cpu_at_random<lanes_of_4>{}),
    enlist<variants::alibi_two_sided, float, float>("cpu, 4 lanes", cpu_at_random<lanes_of_4>{}),
};

} // namespace
