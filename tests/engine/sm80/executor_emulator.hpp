// The examples in the emulator: the kernels that a GPU would run, on the CPU, fp16 in ordinary memory.
#pragma once
#include <fovea/engine/reference/engine.hpp>
#include <fovea/fovea.hpp>
#include <vector>

#include "engine/sm80/described.hpp"

namespace sample {

using element = fovea::fp16;
template <class T> using vector = std::vector<T>;

inline tests::emulated<> engine() { return {}; }

// The weights are rounded to fp16, in which the values are: a few of its units in the last place.
inline double rounding(int) { return 8 * 0x1p-11; }

} // namespace sample
