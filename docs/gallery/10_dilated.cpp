// Dilated: every n-th key back from the query's own.
//
// $$j \le i \;\wedge\; n \mid i - j$$
// Source: LongNet (2023)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void dilated(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto s = fv::where(fv::dilated(4), fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    // end
    page.shows(p);
}
