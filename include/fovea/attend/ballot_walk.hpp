// The walk of attend/walk.hpp by 32 lanes: one tile each, the live ones found by ballot.
//
//     ballot_walk<Machine, Score> walk(score, mask, ground);
//     for (live_tile t = walk.next(score, mask, ground); t.exists(); t = walk.next(score, mask, ground)) ...
//
// ground(): the walk_ground, made anew once in 32 tiles rather than kept in registers between them.
// Every warp of a block walks by itself and finds the same tiles: liveness is asked for the block's rows, coverage for
// the warp's own. Same order as walk_keys: from the peak of the score down, then from there up.
#pragma once
#include "fovea/attend/walk.hpp"
#include "fovea/expr/settle.hpp"
#include "fovea/machine/sm80_machine.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// own: what the mask says of the warp's rows. A tile that is cut off by the end of the keys is never `all`, or whole,
// and neither is one in which the score's lookups do not settle (expr/settle.hpp).
class live_tile {
public:
    live_tile() = default;
    FOVEA_DEVICE live_tile(std::int32_t number, coverage own)
        : both_(static_cast<std::int32_t>(own) << place | number) {}
    // All of it in one register.
    FOVEA_DEVICE static live_tile of(std::int32_t both) {
        live_tile tile;
        tile.both_ = both;
        return tile;
    }
    FOVEA_DEVICE std::int32_t both() const { return both_; }
    FOVEA_DEVICE bool exists() const { return both_ >= 0; } // or there is no more
    FOVEA_DEVICE std::int32_t number() const { return both_ & ((1 << place) - 1); }
    FOVEA_DEVICE bool is_dead() const { return both_ < static_cast<std::int32_t>(coverage::some) << place; }
    FOVEA_DEVICE bool is_whole() const { return both_ >= static_cast<std::int32_t>(coverage::all) << place; }

private:
    static constexpr int place = 29; // on top of the number, where one comparison tells coverages apart
    std::int32_t both_ = -1;
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
    FOVEA_DEVICE ballot_walk(Score const& score, Mask const& mask, Ground const& ground) {
        const auto last = static_cast<std::int32_t>(ground().tiles.count()) - 1;
        at_ = last;
        if constexpr (is_positional<Score>) at_ = peak_ = peak(score, mask, ground, last);
        at_ += 32;
    }

    // score: which of all is settled; the walk's own Score only says where it begins.
    template <class E, class Mask, class Ground>
    FOVEA_DEVICE live_tile next(E const& score, Mask const& mask, Ground const& ground) {
        while (live_ == 0) {
            const walk_ground all = ground();
            const auto count = static_cast<std::int32_t>(all.tiles.count());
            if (!upwards()) at_ -= 32;
            else at_ += 32;
            if (!upwards() && at_ < 0) { // down to the first tile and beyond
                if (!is_positional<Score>) return finished();
                at_ = peak_ + 1;
                peak_ = -1;
            }
            if (upwards() && at_ >= count) return finished();
            classify_group(score, mask, all);
        }
        const int lane = Machine::first_bit(live_);
        live_ &= live_ - 1;
        return live_tile::of(Machine::shuffle(own_, lane));
    }

private:
    FOVEA_DEVICE bool upwards() const { return is_positional<Score> && peak_ < 0; }
    // Asked again, next() finds the end again.
    FOVEA_DEVICE live_tile finished() {
        at_ = upwards() ? at_ - 32 : at_ + 32;
        return {};
    }
    // The tiles of 32 lanes from at_ on.
    template <class E, class Mask>
    FOVEA_DEVICE void classify_group(E const& score, Mask const& mask, walk_ground const& ground) {
        const auto lane = static_cast<std::int32_t>(Machine::lane());
        const std::int32_t tile = upwards() ? at_ + lane : at_ - lane;
        const bool exists = tile >= 0 && tile < ground.tiles.count();
        element_box box = ground.block;
        box.key = ground.tiles.range(tile, tile + 1);
        const coverage block = exists ? covers(mask, box) : coverage::none;
        box.query = ground.own;
        coverage own = exists ? covers(mask, box) : coverage::none;
        const bool whole = (tile + index{1}) * ground.tiles.size <= ground.tiles.keys;
        if (own == coverage::all && !(whole && settles(score, box))) own = coverage::some;
        live_ = Machine::ballot(block != coverage::none);
        own_ = live_tile(tile, own).both();
    }

    // The live tile whose score can be the highest, the last among equals. The ground is made inside the loop: what was
    // known before it, the compiler would keep in registers through all of the walk.
    template <class Mask, class Ground>
    FOVEA_DEVICE static std::int32_t peak(Score const& score, Mask const& mask, Ground const& ground,
                                          std::int32_t last) {
        float highest = -infinity;
        std::int32_t best = -1;
        for (std::int32_t first = 0; first <= last; first += 32) {
            const std::int32_t tile = first + static_cast<std::int32_t>(Machine::lane());
            const walk_ground all = ground();
            element_box box = all.block;
            box.key = all.tiles.range(tile, tile + 1);
            if (tile > last || covers(mask, box) == coverage::none) continue;
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
        // All lanes have the same. Said so, or ptxas takes the walk, and every branch on a tile, for divergent.
        return Machine::shuffle(best < 0 ? last : best, 0);
    }

    std::int32_t at_, peak_ = 0; // tile of lane 0; where the walk upwards begins, -1 from then on
    word live_ = 0; // lanes whose tiles are still to come
    std::int32_t own_ = 0; // this lane's tile
};

} // namespace v0_1
} // namespace fovea
