// Examples on the CPU: fp32 in ordinary memory.
#pragma once
#include <cmath>
#include <fovea/fovea.hpp>
#include <vector>

namespace sample {

using element = float;
template <class T> using vector = std::vector<T>;

inline auto engine() { return fovea::cpu(); }

// A few units in the last place of fp32, growing with the root of the number of terms in a product.
inline double rounding(int channels) { return 8 * 0x1p-23 * std::sqrt(channels); }

} // namespace sample
