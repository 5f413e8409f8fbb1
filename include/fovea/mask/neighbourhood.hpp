// neighbourhood(width, radius_y, radius_x): positions are pixels of an image of `width` columns, row by row; a query
// sees the pixels at most radius_y rows and radius_x columns away.
//
//     auto local = neighbourhood(64, 3, 3);      // 7 x 7 windows
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea::inline v0_1 {

constexpr auto neighbourhood(index width, index radius_y, index radius_x) {
    using namespace terms;
    return abs(q_pos / width - k_pos / width) <= radius_y && abs(q_pos % width - k_pos % width) <= radius_x;
}

} // namespace fovea::inline v0_1
