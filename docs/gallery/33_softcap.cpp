// Softcap: scores are kept within bounds by a hyperbolic tangent.
//
// $$c \tanh(s_{ij} / c)$$
// Source: Gemma 2 (2024)
// Measured: variants/softcap (tanh)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void softcap(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto s = fv::softcap(30.f, fv::scaled_dot(q, k));
    auto p = fv::softmax(fv::where(fv::causal, s));
    // end
    page.shows(p);
}
