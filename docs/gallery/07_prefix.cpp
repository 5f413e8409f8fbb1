// Prefix language model: the prompt sees itself both ways, the rest is causal.
//
// $$j < n \;\vee\; j \le i$$
// Source: T5 (2019), section 3.2.1
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void prefix(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto s = fv::where(fv::prefix(20), fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    // end
    page.shows(p);
}
