// Which of the faults built into a test program is active: the one that FOVEA_FAULT names by its number, or none.
#pragma once

#include <cstdlib>
#include <type_traits>

inline const int active_fault = std::getenv("FOVEA_FAULT") ? std::atoi(std::getenv("FOVEA_FAULT")) : -1;

// What is computed at compile time is computed without faults.
constexpr bool seeded_fault(int number) { return !std::is_constant_evaluated() && number == active_fault; }
