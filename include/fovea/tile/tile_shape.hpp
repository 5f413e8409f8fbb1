// The shape a GPU engine works in: what a block of threads takes at a time.
//
//     fovea::cuda(stream).with<fovea::tile_shape{.query = 128, .key = 64}>()      // what is 0 comes from a table
#pragma once
#include "fovea/base/integers.hpp"

namespace fovea::inline v0_1 {

// query, key: rows of a tile. warps: each works on query / warps rows, 16 or 32. stages: key tiles in shared memory at
// once.
struct tile_shape {
    int query = 0, key = 0, warps = 0, stages = 0;
};

} // namespace fovea::inline v0_1
