// Relative bias: a learned number for each head and bucket of distances.
//
// $$s_{ij} + b_{h, \mathrm{bucket}(j - i)}$$
// Source: T5 (2019)
// Measured: variants/relative_bias (T5)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void relative_bias(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    const auto biases = sample::numbers(2 * 32, 5);
    // shown
    auto shape = fv::t5{.buckets = 32, .max_distance = 128, .bidirectional = true};
    auto s = fv::scaled_dot(q, k, 1.f) + fv::relative_bias(fv::table(biases.data(), 2, 32), shape);
    auto p = fv::softmax(s); // the factor 1: T5 does not scale
    // end
    page.shows(p);
}
