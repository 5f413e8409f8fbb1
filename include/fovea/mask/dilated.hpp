// dilated(n): every n-th key back from the query's own position (causal by itself).
//
//     auto sparse = dilated(4);      // distances 0, 4, 8, ...
#pragma once
#include "fovea/mask/causal.hpp"

namespace fovea::inline v0_1 {

template <operand_of_operator N> constexpr auto dilated(N const& n) {
    using namespace terms;
    return causal && (q_pos - k_pos) % n == zero{};
}

} // namespace fovea::inline v0_1
