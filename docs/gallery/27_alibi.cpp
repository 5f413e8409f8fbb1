// ALiBi: a penalty that grows with the distance, by a slope for each head.
//
// $$s_{ij} - m_h \, (i - j)$$
// Source: Train Short, Test Long (2021)
// Measured: variants/alibi
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void alibi(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    std::vector<float> slopes{0.5f, 0.0625f};
    auto s = fv::scaled_dot(q, k) + fv::alibi(fv::table(slopes));
    auto p = fv::softmax(fv::where(fv::causal, s));
    // end
    page.shows(p);
}
