// Masks as pictures, for those who want them: fovea.hpp does without.
//
//     auto picture = fovea::map_tiles(fovea::causal, {.queries = 1024, .keys = 1024}).to_svg();
#pragma once
#include "fovea/plan/tile_map.hpp"
