// Band: some keys before the query's own and some after.
//
// $$-r \le i - j \le l$$
// Source: Longformer (2020)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void band(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto s = fv::where(fv::band(12, 4), fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    // end
    page.shows(p);
}
