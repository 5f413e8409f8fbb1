// The walk of attend/walk.hpp by 32 lanes: one tile each, the live ones found by ballot.
//
//     ballot_walk<Machine, Score> walk(tiles.count());
//     for (live_tile t = walk.next(mask, ground); t.number >= 0; t = walk.next(mask, ground)) ...
//
// ground(): the walk_ground, made anew once in 32 tiles rather than kept in registers between them.
// Every warp of a block walks by itself and finds the same tiles: liveness is asked for the block's rows, coverage for
// the warp's own. Same order as walk_keys: from the peak of the score down, then from there up.
#pragma once
#include "fovea/attend/walk.hpp"
#include "fovea/machine/sm80_machine.hpp"

namespace fovea {

// own: what the mask says of the warp's rows; a tile that is cut off by the end of the keys is never `all`.
struct live_tile {
    std::int32_t number = -1; // below 0: there is no more
    coverage own = coverage::none;
};

// What is walked over: the block's queries, this warp's own of them, and the tiles.
struct walk_ground {
    element_box block;
    index_range own;
    key_tiles tiles;
};

template <thread_machine Machine, class Score> class ballot_walk {
public:
    template <class Mask, class Ground>
    FOVEA_DEVICE ballot_walk(Score const& score, Mask const& mask, Ground const& ground)
        : count_(static_cast<std::int32_t>(ground().tiles.count())) {
        at_ = peak_ = count_ - 1;
        if constexpr (is_positional<Score>) at_ = peak_ = peak(score, mask, ground());
    }

    template <class Mask, class Ground> FOVEA_DEVICE live_tile next(Mask const& mask, Ground const& ground) {
        while (live_ == 0) {
            if (at_ < 0) { // down to the first tile and beyond
                if (!is_positional<Score> || upwards_) return {};
                upwards_ = true;
                at_ = peak_ + 1;
            }
            if (upwards_ && at_ >= count_) return {};
            classify_group(mask, ground());
        }
        const int lane = Machine::first_bit(live_);
        const word bit = word{1} << lane;
        live_ &= live_ - 1;
        const coverage own = (own_none_ & bit) != 0 ? coverage::none
                             : (own_all_ & bit) != 0 ? coverage::all
                                                     : coverage::some;
        return {upwards_ ? group_ + lane : group_ - lane, own};
    }

private:
    // The tiles of 32 lanes from at_ on.
    template <class Mask> FOVEA_DEVICE void classify_group(Mask const& mask, walk_ground const& ground) {
        const auto lane = static_cast<std::int32_t>(Machine::lane());
        const std::int32_t tile = upwards_ ? at_ + lane : at_ - lane;
        const bool exists = tile >= 0 && tile < count_;
        element_box box = ground.block;
        box.key = ground.tiles.range(tile, tile + 1);
        const coverage block = exists ? covers(mask, box) : coverage::none;
        box.query = ground.own;
        const coverage own = exists ? covers(mask, box) : coverage::none;
        const bool whole = (tile + index{1}) * ground.tiles.size <= ground.tiles.keys;
        live_ = Machine::ballot(block != coverage::none);
        own_none_ = Machine::ballot(own == coverage::none);
        own_all_ = Machine::ballot(own == coverage::all && whole);
        group_ = at_;
        at_ = upwards_ ? at_ + 32 : at_ - 32;
    }

    // The live tile whose score can be the highest, the last among equals.
    template <class Mask>
    FOVEA_DEVICE std::int32_t peak(Score const& score, Mask const& mask, walk_ground const& ground) const {
        float highest = -infinity;
        std::int32_t best = -1;
        for (std::int32_t first = 0; first < count_; first += 32) {
            const std::int32_t tile = first + static_cast<std::int32_t>(Machine::lane());
            element_box box = ground.block;
            box.key = ground.tiles.range(tile, tile + 1);
            if (tile >= count_ || covers(mask, box) == coverage::none) continue;
            const float hi = highest_score(score, box);
            if (best < 0 || hi >= highest) {
                highest = hi;
                best = tile;
            }
        }
        FOVEA_UNROLL_DEVICE
        for (int apart = 1; apart < 32; apart *= 2) {
            const float hi = Machine::shuffle_xor(highest, apart);
            const std::int32_t tile = Machine::shuffle_xor(best, apart);
            if (tile >= 0 && (best < 0 || hi > highest || (hi == highest && tile > best))) {
                highest = hi;
                best = tile;
            }
        }
        return best < 0 ? count_ - 1 : best;
    }

    std::int32_t count_, at_, peak_, group_ = 0;
    word live_ = 0, own_none_ = 0, own_all_ = 0;
    bool upwards_ = false;
};

} // namespace fovea
