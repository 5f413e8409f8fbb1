// Strided: the last keys, and every n-th column before them.
//
// $$j \le i \;\wedge\; (i - j < n \;\vee\; n \mid i - j)$$
// Source: Sparse Transformer (2019)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void strided(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto mask = fv::causal && (q_pos - k_pos < 8 || (q_pos - k_pos) % 8 == 0);
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
