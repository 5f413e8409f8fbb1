// describe of the emulated engine: the lines of launch/describe_sm80.hpp.
#pragma once
#include <fovea/launch/describe_sm80.hpp>

#include "engine/sm80/emulated.hpp"

namespace tests {

template <fovea::tile_shape Tile, fovea::sm80::head_sizes Most, class Problem>
void describe_problem(fovea::description& d, emulated<Tile, Most> const&, Problem const& p) {
    fovea::describe_sm80<decltype(fovea::sm80::chosen_tile<Problem, Tile, Most>())>(d, p);
}

} // namespace tests
