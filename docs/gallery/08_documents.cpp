// Packed documents: sequences side by side in one row of memory, each causal and alone.
//
// $$j \le i \;\wedge\; \mathrm{id}_i = \mathrm{id}_j$$
// Measured: masks/causal documents
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void documents(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    std::vector<int> ids; // rising: a tile is classified by the ends of its range
    for (int length : {11, 26, 9, 18})
        ids.insert(ids.end(), static_cast<std::size_t>(length), ids.empty() ? 0 : ids.back() + 1);
    auto documents = fv::documents(fv::sorted(ids.data(), gallery::length));
    auto p = fv::softmax(fv::where(fv::causal && documents, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
