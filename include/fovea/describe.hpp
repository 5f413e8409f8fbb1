// What a run would do, for those who want to know: fovea.hpp does without.
//
//     std::puts(to_string(fovea::describe(fovea::cpu(), o = fovea::sum(p * v))).c_str());
#pragma once
#include "fovea/launch/describe_cpu.hpp"
