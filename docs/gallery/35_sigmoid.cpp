// Sigmoid attention: each weight by itself, not normalised over keys.
//
// $$p_{ij} = \sigma(s_{ij} + b)$$
// Source: Theory, Analysis, and Best Practices for Sigmoid Self-Attention (2024)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void sigmoid(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto s = fv::where(fv::causal, fv::scaled_dot(q, k) - 4.1589f); // b = -log(64)
    auto p = fv::sigmoid(s);
    // end
    page.shows(p);
}
