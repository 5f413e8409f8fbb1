// Full attention: every query sees every key.
//
// $$s_{ij} = \frac{q_i \cdot k_j}{\sqrt d}$$
// Source: Attention Is All You Need (2017)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void full(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    // or without the mask: fv::scaled_dot(q, k)
    auto s = fv::where(fv::everything, fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    // end
    page.shows(p);
}
