// How much of a mask is alive, by the engine's own walk and at its own grain.
//
//     bench::count_live(fovea::causal, {.queries = 4096, .keys = 4096}, shape)     // .tiles, .micro_tiles
#pragma once
#include "fovea/fovea.hpp"

namespace bench {

using fovea::index;

struct live_counts {
    double tiles = 0, micro_tiles = 0; // micro-tiles inside live tiles: rows x width of the register block
};

// Of one head, query and key 0 at position 0.
template <class Mask> live_counts count_live(Mask const& mask, index queries, index keys, fovea::cpu_shape shape) {
    live_counts n;
    const index width = shape.key_panel(), height = shape.score.rows;
    const fovea::key_tiles tiles{0, keys, shape.key_tile};
    for (index row = 0; row < queries; row += shape.query_tile) {
        const index last = fovea::least(row + shape.query_tile, queries) - 1;
        const fovea::element_box box{0, 0, 0, {row, last}, {}};
        fovea::walk_range<false>(mask, box, tiles, 0, tiles.count(), [&](index tile, fovea::coverage) {
            n.tiles += 1;
            const fovea::index_range range = tiles.range(tile, tile + 1);
            for (index r = row; r <= last; r += height)
                for (index c = range.lo; c <= range.hi; c += width) {
                    const fovea::element_box micro{
                        0, 0, 0, {r, fovea::least(r + height - 1, last)}, {c, fovea::least(c + width - 1, range.hi)}};
                    n.micro_tiles += fovea::covers(mask, micro) != fovea::coverage::none;
                }
        });
    }
    return n;
}

// The shape in which the engine works on operands of type T.
template <class T>
inline constexpr fovea::cpu_shape engine_shape =
    fovea::default_shape(fovea::native_isa, std::is_same_v<T, fovea::bf16>);

} // namespace bench
