// Tiles of keys and values on their way through shared memory, while those before them are worked on.
//
//     tile_ring<Machine, Stages>::run([&] { return walk.next(score, mask, ground); }, block);
//
// A ring has `Stages` places for tiles of keys and as many for values. The loads k0 v0 k1 v1 ... are numbered; each is
// a group of copies. While number i is used, number i + 2 Stages - 1 is asked for, into the place that i - 1 left:
//
//     Stages = 2     asked for before the first:  k0 v0 k1
//
//                      waited for    asked for, into the place of    then the block
//     tile 0, stage 0  k0            v1, stage 1                     scores   k0
//                      v0            k2, stage 0    k0               uses     v0
//     tile 1, stage 1  k1            v2, stage 0    v0               scores   k1
//                      v1            k3, stage 1    k1               uses     v1
//
// Laws: what is used has landed, and every thread of the block sees it; a place is filled again only after every warp
// has used what it held. What was asked for before, the queries, belongs to the first group.
//
// Required of block: load_keys(tile, stage), load_values(tile, stage), of a tile's number: ask for copies. begin():
// what else is to be done before the first tile, while it is under way.
// leaves_out(tile), whether this warp has nothing to do with it; where it has, score(tile, stage), use(tile, stage), of
// a live_tile: work on what lies there. Models: forward_block, decode_block.
#pragma once
#include "fovea/attend/ballot_walk.hpp"
#include "fovea/base/array.hpp"

namespace fovea::inline v0_1::sm80 {

template <class Machine, int Stages> class tile_ring {
public:
    // next(): the live tiles, one after the other.
    template <class Next, class Block> FOVEA_DEVICE static void run(Next const& next, Block& block) {
        array_of<live_tile, Stages + 1> coming; // the tile at work, and those behind it that are asked for meanwhile
        FOVEA_UNROLL_DEVICE
        for (live_tile& tile : coming) tile = next();
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < 2 * Stages - 1; ++i) {
            if (i % 2 == 0) ask_for_keys(block, coming[i / 2], static_cast<word>(i / 2));
            else ask_for_values(block, coming[i / 2], static_cast<word>(i / 2));
        }
        block.begin();
        for (word stage = 0; coming[0].exists(); stage = after(stage)) {
            wait();
            ask_for_values(block, coming[Stages - 1], before(stage));
            // Two ways, so that the scores live on one of them only.
            if (!block.leaves_out(coming[0])) {
                block.score(coming[0], stage);
                wait();
                ask_for_keys(block, coming[Stages], stage);
                block.use(coming[0], stage);
            } else {
                wait();
                ask_for_keys(block, coming[Stages], stage);
            }
            FOVEA_UNROLL_DEVICE
            for (int i = 0; i < Stages; ++i) coming[i] = coming[i + 1];
            coming[Stages] = next();
        }
        Machine::template wait_copies<0>();
    }

private:
    // A group of copies each, empty behind the last tile: the number of groups is what wait() counts.
    template <class Block> FOVEA_DEVICE static void ask_for_keys(Block& block, live_tile tile, word stage) {
        if (tile.exists()) block.load_keys(tile.number(), stage);
        Machine::commit_copies();
    }
    template <class Block> FOVEA_DEVICE static void ask_for_values(Block& block, live_tile tile, word stage) {
        if (tile.exists()) block.load_values(tile.number(), stage);
        Machine::commit_copies();
    }
    FOVEA_DEVICE static void wait() {
        Machine::template wait_copies<2 * Stages - 2>();
        Machine::sync_block();
    }
    // The ring's next stage, and the one before; of two, the other.
    FOVEA_DEVICE static word after(word stage) {
        if constexpr (Stages == 2) return stage ^ 1;
        else return stage + 1 == Stages ? 0 : stage + 1;
    }
    FOVEA_DEVICE static word before(word stage) {
        if constexpr (Stages == 2) return stage ^ 1;
        else return stage == 0 ? Stages - 1 : stage - 1;
    }
};

} // namespace fovea::inline v0_1::sm80
