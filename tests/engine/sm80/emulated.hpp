// The sm_80 engine run by the emulator: an engine for run, so that every test of a whole problem can be asked of it.
//
//     fovea::run(tests::emulated<>{.how = {.seed = 3}}, o = fovea::sum(p * v));
//
// What the emulator finds (races, bounds, unwritten outputs) refuses the run with its report.
#pragma once
#include <fovea/engine/sm80/copy.hpp>
#include <fovea/engine/sm80/forward.hpp>
#include <fovea/launch/run.hpp>

#include "simt/launch.hpp"

namespace tests {

// Tile: what is 0 comes from the engine's table. Most: head sizes where the views' types state none.
template <fovea::tile_shape Tile = fovea::tile_shape{},
          fovea::sm80::head_sizes Most = fovea::sm80::head_sizes{128, 128},
          fovea::precision Products = fovea::precision::of_elements>
struct emulated {
    static constexpr char const* name = "sm_80, emulated";
    fovea::simt::options how{};
    fovea::simt::report* said = nullptr; // where to leave the report
};

template <class Engine> fovea::status outcome(Engine const& engine, fovea::simt::report const& said) {
    if (engine.said != nullptr) *engine.said = said;
    const std::string text = said.text();
    return said.ok() ? fovea::status() : fovea::status({text.c_str()});
}

template <fovea::tile_shape Tile, fovea::sm80::head_sizes Most, fovea::precision Products, class Problem>
fovea::status execute(emulated<Tile, Most, Products> const& engine, Problem const& p) {
    // Values are drawn as wide as 128, or as the queries are.
    constexpr int channels = fovea::sm80::head_sizes_of<Problem, Most>().channels;
    constexpr fovea::sm80::head_sizes most{Most.channels, fovea::greatest(Most.values, channels)};
    using tile = decltype(fovea::sm80::chosen_tile < Problem, Tile, Most.values<128 ? Most : most, Products>());
    using kernel = fovea::sm80::forward<fovea::simt::machine, Problem, tile>;
    if (fovea::status why = fovea::sm80::refusal_of_sizes<tile>(p); !why.ok()) return why;
    const auto params = fovea::sm80::make_params<tile>(p);
    const fovea::simt::report said =
        fovea::simt::launch<kernel>({static_cast<fovea::word>(params.plan.blocks())}, params, engine.how);
    return outcome(engine, said);
}

// An operand written to a view.
template <fovea::tile_shape Tile, fovea::sm80::head_sizes Most, fovea::precision Products, fovea::view V,
          fovea::operand O>
fovea::status execute_copy(emulated<Tile, Most, Products> const& engine, fovea::assignment<V, O> const& copy) {
    using kernel = fovea::sm80::copy_for<fovea::simt::machine, O, V>;
    if (fovea::status why = kernel::refusal_of(copy); !why.ok()) return why;
    const auto params = kernel::make_params(copy);
    return outcome(engine, fovea::simt::launch<kernel>({static_cast<fovea::word>(kernel::blocks_for(params))}, params,
                                                       engine.how));
}

} // namespace tests
