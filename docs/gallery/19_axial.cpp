// Axial: a pixel sees its row and its column.
//
// $$y_i = y_j \;\vee\; x_i = x_j$$
// Source: Axial Attention (2019)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void axial(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto mask = q_pos / 8 == k_pos / 8 || q_pos % 8 == k_pos % 8;
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
