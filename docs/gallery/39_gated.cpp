// Gate and residual: arithmetic on the output as it is written.
//
// $$g_i \odot \textstyle\sum_j p_{ij} v_j + q_i$$
// Source: Gated Attention (2025)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void gated(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    const auto v = page.value(), gate = page.gate();
    // shown
    auto p = fv::softmax(fv::where(fv::causal, fv::scaled_dot(q, k)));
    auto output = fv::sum(p * v) * gate + q;
    // end
    page.shows(p, output);
}
