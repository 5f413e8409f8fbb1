// Pair bias: a tensor of numbers, one for each query and key, for all heads or each.
//
// $$s_{ij} + b_{hij}$$
// Source: AlphaFold 2 (2021), Swin (2021)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void pair_bias(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    const auto biases = sample::numbers(64 * 64, 5);
    // shown
    // extents of 1 are repeated
    auto pairs = fv::tensor(biases.data(), fv::bhqk(1, 1, 64, 64));
    auto p = fv::softmax(fv::scaled_dot(q, k) + fv::bias(pairs));
    // end
    page.shows(p);
}
