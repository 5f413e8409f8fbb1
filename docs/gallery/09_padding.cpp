// Padding: batch b has a number of keys of its own; what follows is never read.
//
// $$j < n_b$$
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void padding(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    std::vector<int> lengths{45}; // one a batch
    auto s = fv::where(fv::padding(fv::table(lengths)), fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    // end
    page.shows(p);
}
