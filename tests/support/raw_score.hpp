// The product of a query and a key, to build scores on: it has no memory, an element says what it is.
//
//     const auto score = tests::raw * 0.25f;      score(tests::element{.score = 3})
#pragma once
#include <fovea/expr/terms.hpp>
#include <fovea/tensor/strided.hpp>

namespace tests {

inline const fovea::strided_view<float const, fovea::constant_size<16>> operand_view{
    nullptr, fovea::bhsd(4, 4, 64, fovea::constant_size<16>{})};
inline const auto raw = fovea::dot(operand_view, operand_view);

} // namespace tests
