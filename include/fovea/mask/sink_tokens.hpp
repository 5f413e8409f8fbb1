// sink_tokens(n): the first n keys, for every query.
//
//     auto streaming = causal && (sliding_window(1024) || sink_tokens(4));
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea::inline v0_1 {

template <operand_of_operator N> constexpr auto sink_tokens(N const& n) { return terms::k_pos < n; }

} // namespace fovea::inline v0_1
