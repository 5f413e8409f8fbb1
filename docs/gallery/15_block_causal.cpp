// Causal by blocks: both ways within a frame, causal between frames.
//
// $$\lfloor j/n \rfloor \le \lfloor i/n \rfloor$$
// Source: autoregressive video models
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void block_causal(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto mask = k_pos / 12 <= q_pos / 12; // frames of 12 patches
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
