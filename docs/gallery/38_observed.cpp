// Several outputs: what the weights look like, from the same pass.
//
// $$\sum_j p_{ij} v_j, \quad -\sum_j p_{ij} \ln p_{ij}, \quad \sum_j p_{ij}\,(i - j)$$
// Measured: variants/entropy
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void observed(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto p = fv::softmax(fv::where(fv::causal, fv::scaled_dot(q, k)));
    auto entropy = fv::entropy(p);                    // in nats
    auto distance = fv::sum(p * (q_pos - k_pos));     // how far back a query looks
    // end
    page.shows(p, fv::sum(p * page.value()), entropy, distance);
}
