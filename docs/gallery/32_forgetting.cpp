// Forgetting: a gate at each position fades all that came before it.
//
// $$s_{ij} + \textstyle\sum_{l=j+1}^{i} \log f_l$$
// Source: Forgetting Transformer (2025)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void forgetting(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    std::vector<float> sums(64);
    for (std::size_t i = 1; i < 64; ++i) sums[i] = sums[i - 1] - (i % 16 == 0 ? 2.f : 0.05f);
    // shown
    auto faded = fv::table(sums); // running sums of the gates' logarithms
    auto s = fv::scaled_dot(q, k) + (fv::lookup(faded, q_pos) - fv::lookup(faded, k_pos));
    auto p = fv::softmax(fv::where(fv::causal, s));
    // end
    page.shows(p);
}
