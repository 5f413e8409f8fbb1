// alibi(slopes): slopes[head] * (k_pos - q_pos), a penalty that grows with the distance back (for causal attention).
// alibi_two_sided(slopes): -slopes[head] * |q_pos - k_pos|.
//
//     auto s = scaled_dot(q, k) + alibi(table(slopes, heads));      // or alibi(slopes), of a container that lives on
//
// Source: Train Short, Test Long (2021).
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea::inline v0_1 {

template <class X> constexpr auto alibi(X&& slopes) {
    using namespace terms;
    return lookup(table_of(std::forward<X>(slopes)), head) * (k_pos - q_pos);
}
template <class X> constexpr auto alibi_two_sided(X&& slopes) {
    using namespace terms;
    return -(lookup(table_of(std::forward<X>(slopes)), head) * abs(q_pos - k_pos));
}

} // namespace fovea::inline v0_1
