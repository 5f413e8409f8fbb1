// Tree: drafts of speculative decoding, each token sees its ancestors.
//
// $$j \in \mathrm{ancestors}(i)$$
// Source: SpecInfer (2023), Medusa (2024)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void tree(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    std::vector<std::int64_t> ancestors{1}; // bit j of entry i: token j is i or an ancestor of it
    for (int i = 1; i < 64; ++i)
        ancestors.push_back(ancestors[static_cast<std::size_t>((i - 1) / 2)] | std::int64_t{1} << i);
    auto mask = (fv::lookup(fv::table(ancestors), q_pos) >> k_pos & 1) != 0;
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
