// Block diffusion: noised tokens beside clean ones, one block denoised at a time.
//
// $$\text{noised: own block, and clean blocks before;}\quad \text{clean: clean blocks up to its own}$$
// Source: Block Diffusion (2025)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void block_diffusion(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    const fv::index half = 32, block = 8; // positions 0 to 31 are noised, 32 to 63 clean
    auto q_noised = q_pos < half;
    auto k_noised = k_pos < half;
    auto q_block = q_pos % half / block;
    auto k_block = k_pos % half / block;
    auto mask = (q_block == k_block && q_noised && k_noised) || (q_block > k_block && q_noised && !k_noised) ||
                (q_block >= k_block && !q_noised && !k_noised);
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
