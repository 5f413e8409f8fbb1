// everything: every key is attended; the neutral element of &&.
//
//     auto s = where(everything, scaled_dot(q, k));
#pragma once
#include "fovea/expr/node.hpp"

namespace fovea::inline v0_1 {

inline constexpr constant<bool> everything{true};

} // namespace fovea::inline v0_1
