// softcap(c, s): c * tanh(s / c), a score kept within (-c, c). Before or after a bias is as written.
//
//     auto s = softcap(30.f, scaled_dot(q, k)) + alibi(table(slopes));
#pragma once
#include "fovea/expr/score.hpp"

namespace fovea::inline v0_1 {

template <expression S> constexpr auto softcap(float c, S const& s) {
    if constexpr (is_masked<S>) return fovea::where(s.mask, softcap(c, s.score));
    else return c * tanh(s * (1.f / c));
}
template <expression S> constexpr auto softcap(S const&, float) {
    static_assert(sizeof(S) == 0, "fovea: softcap takes the cap first: softcap(30.f, s)");
}

} // namespace fovea::inline v0_1
