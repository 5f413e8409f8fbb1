// The emulated sm_80 engine for random cases: landing, warp order and the detector's work drawn with the case.
//
//     enlist<variants::causal, fovea::bf16, float, fovea::constant_size<64>>("sm_80", emulated_at_random<>{});
#pragma once
#include "engine/random_case.hpp"
#include "engine/sm80/emulated.hpp"

namespace tests {

template <fovea::tile_shape Tile = fovea::tile_shape{}, fovea::precision Products = fovea::precision::of_elements>
struct emulated_at_random {
    static constexpr double tanh_error = 0x1p-22; // of 1 - 2 / (exp(2 x) + 1) in fp32
    // Weights are rounded to the values' own format, or to tf32 where that was asked for.
    template <class T> static constexpr format weights() {
        return Products == fovea::precision::tf32 ? format::tf32 : format_of<T>();
    }
    template <class... A> fovea::status operator()(draws& draw, A const&... assignments) const {
        fovea::simt::options how;
        how.seed = static_cast<fovea::word>(draw.between(0, 1000));
        how.landing = draw.one_in(2) ? fovea::simt::landing::late : fovea::simt::landing::early;
        return fovea::try_run(emulated<Tile, fovea::sm80::head_sizes{128, 128}, Products>{how}, assignments...);
    }
};

} // namespace tests
