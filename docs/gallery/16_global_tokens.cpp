// Global tokens: a band, and a few positions that see and are seen by all.
//
// $$|i - j| \le w \;\vee\; j < g \;\vee\; i < g$$
// Source: Longformer (2020), BigBird (2020)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void global_tokens(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto mask = fv::band(6, 6) || fv::sink_tokens(3) || q_pos < 3;
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
