// Block sparse: a bitmap says which blocks are attended.
//
// $$B_{\lfloor i/a \rfloor, \lfloor j/b \rfloor} \ne 0$$
// Source: BigBird (2020)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void block_sparse(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    std::vector<int> bits(8 * 8); // from a router, a profile, chance
    for (int row = 0; row < 8; ++row)
        for (int column = 0; column <= row; ++column)
            bits[static_cast<std::size_t>(8 * row + column)] = row * column % 3 == 0;
    auto mask = fv::block_sparse(fv::table(bits.data(), 8, 8), 8, 8);
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
