// Chunked prefill: 24 new queries at the end of a cache of 64 keys.
//
// $$j \le i + (n_k - n_q)$$
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void cached(gallery::page& page) {
    const auto k = page.key();
    const auto q = page.query(24);
    // shown
    auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q, k), k));
    auto p = fv::softmax(s);
    // end
    page.shows(p);
}
