// causal: a query sees its own position and those before it.
//
//     auto s = where(causal, scaled_dot(q, k));
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea::inline v0_1 {

inline constexpr auto causal = terms::k_pos <= terms::q_pos;

} // namespace fovea::inline v0_1
