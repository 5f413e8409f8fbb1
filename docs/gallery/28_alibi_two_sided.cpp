// ALiBi both ways: the penalty of an encoder.
//
// $$s_{ij} - m_h \, |i - j|$$
// Source: Train Short, Test Long (2021)
// Measured: variants/alibi_two_sided
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void alibi_two_sided(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    std::vector<float> slopes{0.5f, 0.0625f};
    auto p = fv::softmax(fv::scaled_dot(q, k) + fv::alibi_two_sided(fv::table(slopes)));
    // end
    page.shows(p);
}
