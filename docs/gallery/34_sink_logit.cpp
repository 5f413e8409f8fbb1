// Sink logit: a learned logit for each head takes weight and gives no value.
//
// $$p_{ij} = \frac{e^{s_{ij}}}{e^{z_h} + \sum_l e^{s_{il}}}$$
// Source: gpt-oss (2025)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void sink_logit(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    std::vector<float> sinks{0.5f, -1.f};
    auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
    auto p = fv::softmax(s, fv::lookup(fv::table(sinks), head));
    // end
    page.shows(p);
}
