// Dilated window, both ways: every n-th key within a distance.
//
// $$|i - j| \le w \;\wedge\; n \mid i - j$$
// Source: Longformer (2020)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void dilated_window(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto mask = fv::band(24, 24) && (q_pos - k_pos) % 3 == 0;
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
