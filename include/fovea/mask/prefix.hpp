// prefix(n): the first n positions see each other both ways, what follows is causal (prefix language model).
//
//     auto one = prefix(128);      auto each = prefix(lookup(table(lengths, batches), batch));
#pragma once
#include "fovea/mask/causal.hpp"

namespace fovea::inline v0_1 {

template <operand_of_operator N> constexpr auto prefix(N const& n) { return terms::k_pos < n || causal; }

} // namespace fovea::inline v0_1
