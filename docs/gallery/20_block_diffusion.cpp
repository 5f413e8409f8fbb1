// Block diffusion: noised tokens beside clean ones, one block denoised at a time.
//
// $$&\text{noised: own block, and clean blocks before} \\ &\text{clean: clean blocks up to its own}$$
// Source: Block Diffusion (2025)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void block_diffusion(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    // positions 0 to 31 are noised, 32 to 63 clean
    const fv::index half = 32, block = 8;
    auto q_noised = q_pos < half;
    auto k_noised = k_pos < half;
    auto q_block = q_pos % half / block;
    auto k_block = k_pos % half / block;
    auto own = q_block == k_block && q_noised && k_noised;
    auto before = q_block > k_block && q_noised && !k_noised;
    auto clean = q_block >= k_block && !q_noised && !k_noised;
    auto mask = own || before || clean;
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
