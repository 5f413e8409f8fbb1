// Key tiles shared out between several workers so that each has as many live ones, whatever the mask.
//
//     live_shares<Machine> shares(mask, box, tiles);      // by a whole warp
//     tile_run mine = shares.run(i, workers, least);      // tiles [mine.begin, mine.end), the dead among them included
//
// A worker's run begins and ends at a live tile; where there are less than `least` live tiles for each, the last
// workers have none. Law: runs are disjoint, and hold every live tile (tests/engine/sm80/live_shares.cpp).
// Cost: two interval readings of the mask to a lane where it is decided for 32 tiles together, one more for every 32 of
// the others; beyond 1024 tiles, several are taken as one.
#pragma once
#include "fovea/attend/walk.hpp"
#include "fovea/machine/sm80_machine.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct tile_run {
    std::int32_t begin, end;
    FOVEA_HOST_DEVICE constexpr bool empty() const { return begin >= end; }
};

template <thread_machine Machine> class live_shares {
public:
    template <class Mask> FOVEA_DEVICE live_shares(Mask const& mask, element_box box, key_tiles const& tiles) {
        tiles_ = static_cast<std::int32_t>(tiles.count());
        together_ = greatest(std::int32_t{1}, ceil_div(tiles_, std::int32_t{1024}));
        const std::int32_t units = units_of(tiles_);
        const auto covered = [&](std::int32_t begin, std::int32_t end) {
            if (begin >= units) return coverage::none;
            box.key = tiles.range(index{begin} * together_, least(index{end} * together_, index{tiles_}));
            return covers(mask, box);
        };
        const auto lane = static_cast<std::int32_t>(Machine::lane());
        const std::int32_t first = 32 * lane, count = least(std::int32_t{32}, units - first);
        const coverage all = covered(first, first + count);
        if (all == coverage::all) live_ = count == 32 ? ~word{0} : (word{1} << count) - 1;
        for (word mixed = Machine::ballot(all == coverage::some); mixed != 0; mixed &= mixed - 1) {
            const std::int32_t group = Machine::first_bit(mixed), unit = 32 * group + lane;
            const word live = Machine::ballot(covered(unit, unit + 1) != coverage::none);
            if (lane == group) live_ = live;
        }
        const std::int32_t mine = Machine::count_bits(live_);
        std::int32_t up_to = mine;
        for (std::int32_t apart = 1; apart < 32; apart *= 2) {
            const std::int32_t below = Machine::shuffle(up_to, lane < apart ? lane : lane - apart);
            if (lane >= apart) up_to += below;
        }
        before_ = up_to - mine;
        live_units_ = Machine::shuffle(up_to, 31);
    }

    // Workers: a number to divide by.
    template <class Workers>
    FOVEA_DEVICE tile_run run(std::int32_t worker, Workers workers, std::int32_t least_tiles) const {
        const auto share = static_cast<std::int32_t>((live_units_ + index{workers} - 1) / workers);
        const std::int32_t each = greatest(share, units_of(least_tiles));
        const std::int32_t begin = worker * each, end = least(begin + each, live_units_);
        if (begin >= end) return {0, 0};
        return {nth(begin) * together_, least((nth(end - 1) + 1) * together_, tiles_)};
    }

private:
    FOVEA_DEVICE std::int32_t units_of(std::int32_t tiles) const { // seldom a quotient
        return together_ == 1 ? tiles : ceil_div(tiles, together_);
    }
    // The unit of the n-th live one.
    FOVEA_DEVICE std::int32_t nth(std::int32_t n) const {
        const bool here = n >= before_ && n < before_ + Machine::count_bits(live_);
        std::int32_t unit = 0;
        if (here) {
            word rest = live_;
            for (std::int32_t i = before_; i < n; ++i) rest &= rest - 1;
            unit = 32 * static_cast<std::int32_t>(Machine::lane()) + Machine::first_bit(rest);
        }
        return Machine::shuffle(unit, Machine::first_bit(Machine::ballot(here)));
    }

    std::int32_t tiles_, together_; // tiles of a unit
    std::int32_t before_ = 0, live_units_ = 0; // live units of the lanes below; of all
    word live_ = 0; // bit i: unit 32 lane + i
};

} // namespace v0_1
} // namespace fovea
