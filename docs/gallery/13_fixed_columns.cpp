// Fixed: a query's own block, and the last column of every block before it.
//
// $$j \le i \;\wedge\; (\lfloor i/n \rfloor = \lfloor j/n \rfloor \;\vee\; j \bmod n = n - 1)$$
// Source: Sparse Transformer (2019)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void fixed_columns(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto mask = fv::causal && (q_pos / 8 == k_pos / 8 || k_pos % 8 == 7);
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
