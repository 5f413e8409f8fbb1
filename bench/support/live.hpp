// How much of a mask is alive, by the engine's own walk and at its own grain.
//
//     bench::count_live(fovea::causal, 4096, 4096, shape)     // .tiles, .products, .pairs
#pragma once
#include "fovea/fovea.hpp"

namespace [[gnu::visibility("hidden")]] bench { // as the rooms whose types it holds

using fovea::index;

// tiles: key tiles visited. products: scores of both products at the grain of their register blocks, halved.
// pairs: attended (query, key).
struct live_counts {
    double tiles = 0, products = 0, pairs = 0;
};

struct live_counter {
    fovea::cpu_shape shape;
    live_counts n{};

    using index_range = fovea::index_range;
    static bool live(auto const& mask, index_range query, index_range key) {
        return fovea::covers(mask, {0, 0, 0, query, key}) != fovea::coverage::none;
    }

    // One block of rows of the second product against one key tile, whose live columns are taken from first to last.
    void add_block(auto const& mask, index_range query, index_range key) {
        index begin = key.hi + 1, end = key.lo, scores = 0;
        const index width = shape.key_panel();
        for (index row = query.lo; row <= query.hi; row += shape.score.rows)
            for (index column = key.lo; column <= key.hi; column += width) {
                const index_range rows{row, fovea::least(row + shape.score.rows - 1, query.hi)};
                if (!live(mask, rows, {column, fovea::least(column + width - 1, key.hi)})) continue;
                scores += shape.score.rows * width;
                begin = fovea::least(begin, column);
                end = fovea::greatest(end, column + width);
            }
        const index values = end > begin ? shape.value.rows * (end - begin) : 0;
        n.products += static_cast<double>(scores + values) / 2;
    }
    void add_pairs(auto const& mask, index_range query, index_range key) {
        for (index i = query.lo; i <= query.hi; ++i)
            for (index j = key.lo; j <= key.hi; ++j) n.pairs += live(mask, {i, i}, {j, j});
    }
};

// Of one head, query and key 0 at position 0.
template <class Mask> live_counts count_live(Mask const& mask, index queries, index keys, fovea::cpu_shape shape) {
    live_counter counter{shape};
    const fovea::key_tiles tiles{0, keys, shape.key_tile};
    for (index row = 0; row < queries; row += shape.query_tile) {
        const fovea::index_range query{row, fovea::least(row + shape.query_tile, queries) - 1};
        fovea::walk_range<fovea::direction::up>(
            mask, {0, 0, 0, query, {}}, tiles, 0, tiles.count(), [&](index tile, fovea::coverage covered) {
                const fovea::index_range key = tiles.range(tile, tile + 1);
                counter.n.tiles += 1;
                for (index r = query.lo; r <= query.hi; r += shape.value.rows)
                    counter.add_block(mask, {r, fovea::least(r + shape.value.rows - 1, query.hi)}, key);
                if (covered == fovea::coverage::some) counter.add_pairs(mask, query, key);
                else counter.n.pairs += static_cast<double>((query.hi - query.lo + 1) * (key.hi - key.lo + 1));
            });
    }
    return counter.n;
}

// The shape in which the engine works on operands of type T.
template <class T>
inline constexpr fovea::cpu_shape engine_shape =
    fovea::default_shape(fovea::native_isa, std::is_same_v<T, fovea::bf16>);

} // namespace bench
