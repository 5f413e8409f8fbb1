// Rotary positions: queries and keys are turned as they are read.
//
// $$s_{ij} = \frac{(R_i q_i) \cdot (R_j k_j)}{\sqrt d}$$
// Source: RoFormer (2021); Llama 3.1 (2024)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void rope(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto turns = fv::rope_llama3{.theta = 500000};
    auto s = fv::scaled_dot(fv::rope_halves(q, turns), fv::rope_halves(k, turns));
    auto p = fv::softmax(fv::where(fv::causal, s));
    // end
    page.shows(p);
}
