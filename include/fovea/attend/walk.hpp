// Which key tiles a tile of queries has to visit, and in which order.
//
//     walk_keys(mask, score, box, {first_key, keys, 256}, [&](index tile, coverage c, bool leftwards) { ... });
//
// Dead tiles are skipped, whole groups of them at a time. The walk starts where the score's interval reading peaks (the
// diagonal, for ALiBi), goes left from there and then right, so that the softmax reference is seldom raised; without
// a positional score it starts at the last live tile. Law: every attended key is in exactly one visited tile.
#pragma once
#include "fovea/base/coverage.hpp"
#include "fovea/base/interval.hpp"
#include "fovea/expr/node.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// The interval reading's context: ranges of queries and keys of one head.
struct element_box {
    index batch, head, kv_head;
    index_range query, key;
    index first_query = 0, first_key = 0;
    bounds score{0, 0}; // walks compare what the positions add, at a product of zero
};

template <class Mask> FOVEA_HOST_DEVICE coverage covers(Mask const& mask, element_box box) {
    if (box.query.lo > box.query.hi || box.key.lo > box.key.hi) return coverage::none;
    box.score = any_score; // a mask may compare the score itself, of which a walk knows nothing
    return covers(as_truth(mask(box)));
}

// Keys [first_key, first_key + keys) cut into tiles; the last may be short.
struct key_tiles {
    index first_key, keys, size;
    FOVEA_HOST_DEVICE index count() const { return ceil_div(keys, size); }
    FOVEA_HOST_DEVICE index_range range(index begin, index end) const { // of tiles [begin, end)
        return {first_key + begin * size, first_key + least(end * size, keys) - 1};
    }
};

inline constexpr index tiles_in_group = 16;

enum class direction { up, down };

// Calls visit(tile, coverage) for the live tiles of [begin, end), upwards or downwards.
template <direction Way, class Mask, class Visit>
void walk_range(Mask const& mask, element_box box, key_tiles const& tiles, index begin, index end, Visit const& visit) {
    const index groups = ceil_div(end - begin, tiles_in_group);
    for (index g = 0; g < groups; ++g) {
        const index lo = begin + (Way == direction::down ? groups - 1 - g : g) * tiles_in_group,
                    hi = least(lo + tiles_in_group, end);
        box.key = tiles.range(lo, hi);
        if (hi - lo > 1 && covers(mask, box) == coverage::none) continue;
        for (index t = 0; t < hi - lo; ++t) {
            const index tile = Way == direction::down ? hi - 1 - t : lo + t;
            box.key = tiles.range(tile, tile + 1);
            const coverage c = covers(mask, box);
            if (c != coverage::none) visit(tile, c);
        }
    }
}

template <class Score>
inline constexpr bool is_positional = Score::depends.query || Score::depends.key || Score::depends.difference;

// The highest score that the positions of a tile allow, at a product of zero.
template <class Score> FOVEA_HOST_DEVICE float highest_score(Score const& score, element_box const& box) {
    return as_interval(as_real(score(box))).hi;
}

// The live tile whose score can be the highest, the last of them among equals; the last tile without a positional
// score.
template <class Mask, class Score>
index peak_tile(Mask const& mask, Score const& score, element_box const& box, key_tiles const& tiles) {
    index best = tiles.count() - 1;
    if constexpr (is_positional<Score>) {
        float highest = -infinity;
        bool any = false;
        walk_range<direction::up>(mask, box, tiles, 0, tiles.count(), [&](index tile, coverage) {
            element_box here = box;
            here.key = tiles.range(tile, tile + 1);
            const float hi = highest_score(score, here);
            if (!any || hi >= highest) {
                highest = hi;
                best = tile;
                any = true;
            }
        });
    }
    return best;
}

// visit(tile, coverage, leftwards): leftwards tells in which order the keys inside the tile are best taken.
template <class Mask, class Score, class Visit>
void walk_keys(Mask const& mask, Score const& score, element_box const& box, key_tiles const& tiles,
               Visit const& visit) {
    const index peak = peak_tile(mask, score, box, tiles);
    walk_range<direction::down>(mask, box, tiles, 0, peak + 1, [&](index t, coverage c) { visit(t, c, true); });
    walk_range<direction::up>(mask, box, tiles, peak + 1, tiles.count(),
                              [&](index t, coverage c) { visit(t, c, false); });
}

// What a tile of queries has to do, in quarters of a full tile of keys: one that the mask cuts counts as three.
template <class Mask> index live_work(Mask const& mask, element_box const& box, key_tiles const& tiles) {
    index quarters = 0;
    walk_range<direction::up>(mask, box, tiles, 0, tiles.count(),
                              [&](index, coverage c) { quarters += c == coverage::all ? 4 : 3; });
    return quarters;
}

} // namespace v0_1
} // namespace fovea
