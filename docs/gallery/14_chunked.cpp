// Chunks: causal within blocks of n positions.
//
// $$j \le i \;\wedge\; \lfloor i/n \rfloor = \lfloor j/n \rfloor$$
// Source: Llama 4 (2025), local layers
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void chunked(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto mask = fv::causal && q_pos / 16 == k_pos / 16;
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
