// Causal: a query sees its own position and those before it.
//
// $$j \le i$$
// Source: Attention Is All You Need (2017)
// Measured: masks/causal
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void causal(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    // end
    page.shows(p);
}
