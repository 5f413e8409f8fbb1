// Clipped relative bias: one number a distance, the last for all that are farther.
//
// $$s_{ij} + b_{\min(i - j,\, n - 1)}$$
// Source: Self-Attention with Relative Position Representations (2018)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void clipped_distance(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    const auto biases = sample::numbers(16, 5);
    // shown
    auto distance = fv::clamp(q_pos - k_pos, 0, 15);
    auto s = fv::scaled_dot(q, k) + fv::lookup(fv::table(biases), distance);
    auto p = fv::softmax(fv::where(fv::causal, s));
    // end
    page.shows(p);
}
