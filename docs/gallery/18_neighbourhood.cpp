// Neighbourhood: positions are pixels, a query sees those near it in both directions.
//
// $$|y_i - y_j| \le r_y \;\wedge\; |x_i - x_j| \le r_x$$
// Source: Neighborhood Attention (2022), without its shift at the border
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void neighbourhood(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    // 8 pixels wide, 5 x 3 windows
    auto s = fv::where(fv::neighbourhood(8, 2, 1), fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    // end
    page.shows(p);
}
