// sliding_window(n): n keys, the query's own position and the n - 1 before it (causal by itself).
// band(left, right): `left` keys before the query's own position, itself, and `right` after.
//
//     auto mistral = sliding_window(4096);      auto longformer = band(256, 256);
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea::inline v0_1 {

template <operand_of_operator N> constexpr auto sliding_window(N const& keys) {
    using namespace terms;
    return k_pos <= q_pos && q_pos - k_pos < keys;
}
template <operand_of_operator L, operand_of_operator R> constexpr auto band(L const& left, R const& right) {
    using namespace terms;
    return q_pos - k_pos <= left && k_pos - q_pos <= right;
}

} // namespace fovea::inline v0_1
