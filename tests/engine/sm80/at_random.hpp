// The emulated sm_80 engine for random cases: landing, warp order and the detector's work drawn with the case.
//
//     enlist<variants::causal, fovea::bf16, float, fovea::constant_size<64>>("sm_80", emulated_at_random<>{});
#pragma once
#include "engine/random_case.hpp"
#include "engine/sm80/emulated.hpp"

namespace tests {

template <fovea::tile_shape Tile = fovea::tile_shape{}> struct emulated_at_random {
    static constexpr double tanh_error = 0x1p-22; // of 1 - 2 / (exp(2 x) + 1) in fp32
    // Weights are rounded to the values' own format; fp32 goes through tf32, which has the significant bits of fp16.
    template <class T> static constexpr format weights() {
        return std::is_same_v<T, fovea::bf16> ? format::bf16 : format::fp16;
    }
    template <class... A> fovea::status operator()(draws& draw, A const&... assignments) const {
        fovea::simt::options how;
        how.seed = static_cast<fovea::word>(draw.between(0, 1000));
        how.landing = draw.one_in(2) ? fovea::simt::landing::late : fovea::simt::landing::early;
        return fovea::try_run(emulated<Tile>{how}, assignments...);
    }
};

} // namespace tests
