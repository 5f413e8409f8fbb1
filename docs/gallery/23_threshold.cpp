// Threshold: keys whose score is low are left out; a mask may look at the score.
//
// $$j \le i \;\wedge\; s_{ij} > t$$
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void threshold(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto score = fv::scaled_dot(q, k);
    auto p = fv::softmax(fv::where(fv::causal && score > 0.f, score));
    // end
    page.shows(p);
}
