// A window of its own for each head.
//
// $$0 \le i - j < n_h$$
// Source: Gemma 2 (2024) alternates windows; here heads differ
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void window_per_head(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    std::vector<int> sizes{6, 20}; // one a head
    auto window = fv::sliding_window(fv::lookup(fv::table(sizes), head));
    auto p = fv::softmax(fv::where(window, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
