// Runs the laws over one tree with many draws of its constants, each on two grids.
//
//     tests::tally all;   tests::try_tree(7, [](tests::leaves& from) { return tests::mask_tree<7, 3>(from); }, all);
#pragma once
#include <string>

#include "laws/law.hpp"
#include "laws/random_trees.hpp"

namespace tests {

inline constexpr int draws_of_each = 24; // of a tree's constants

struct tally {
    int expressions = 0, broken = 0;
    std::string first;
    std::int64_t decided = 0, tiles = 0;
};

// One tree with one draw of constants, on two of the grids.
template <class Make> void try_tree(unsigned tree, Make make, tally& all) {
    const auto where = places(1, 3);
    for (unsigned round = 0; round < draws_of_each; ++round) {
        const std::uint64_t seed = 1000 * tree + round;
        leaves from(seed);
        const auto e = make(from);
        law_report r = run_laws(e, where[round % where.size()]);
        r += run_laws(e, where[(round / 2 + 1) % where.size()]);
        ++all.expressions;
        all.tiles += r.tiles;
        all.broken += r.broken() != 0;
        if (r.broken() != 0 && all.first.empty())
            all.first = "tree " + std::to_string(tree) + ", draw " + std::to_string(round) + ": " + r.first;
    }
}

} // namespace tests
