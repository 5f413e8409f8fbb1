// Sliding window: the last n keys, the query's own among them.
//
// $$0 \le i - j < n$$
// Source: Mistral 7B (2023)
// Measured: masks/window
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void sliding_window(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto s = fv::where(fv::sliding_window(12), fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    // end
    page.shows(p);
}
