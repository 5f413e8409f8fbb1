// Grouped heads: several heads of queries share one of keys and values.
//
// $$k_{\lfloor h / (H / H_{kv}) \rfloor}$$
// Source: GQA (2023)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void grouped_heads(gallery::page& page) {
    const auto q = page.query();
    const auto k = page.shared(page.key()), v = page.shared(page.value());
    // shown
    // k and v have one head, q has two: nothing to write
    auto p = fv::softmax(fv::where(fv::causal, fv::scaled_dot(q, k)));
    // end
    page.shows(p, v);
}
