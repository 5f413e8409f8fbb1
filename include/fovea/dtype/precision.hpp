// What an attention's products are computed in, where the elements of its operands leave a choice.
//
//     fovea::run(fovea::cuda(stream).with<fovea::precision::tf32>(), o = fovea::sum(p * v));      // q, k, v in fp32
//
// Sums, scores and statistics are in fp32 whatever is chosen. A policy that does not fit the operands is refused when
// the call is compiled. Error: tests/engine/sm80/random_fp32.cpp, tests/support/tolerance.hpp.
#pragma once

namespace fovea::inline v0_1 {

// of_elements: nothing is lost that the elements have: 16 bits are multiplied as they are, fp32 as tf32x3.
// tf32x3: fp32 as three products of tf32, each number in two halves: the error of fp32. The cost of three.
// tf32: operands and weights rounded to tf32, 11 significant bits, to nearest, ties away: a relative error of 2^-11
// each.
enum class precision : int { of_elements, tf32x3, tf32 };

} // namespace fovea::inline v0_1
