// Cross attention: another sequence's keys; positions are not compared, so lengths may differ.
//
// $$s_{ij} = \frac{q_i \cdot k_j}{\sqrt d}$$
// Source: Attention Is All You Need (2017)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void cross(gallery::page& page) {
    const auto k = page.key();
    const auto q = page.query(24);
    // shown
    auto p = fv::softmax(fv::scaled_dot(q, k));
    // end
    page.shows(p);
}
