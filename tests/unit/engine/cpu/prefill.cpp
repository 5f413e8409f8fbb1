// The order in which the tiles of a wave are handed out.
#include <fovea/fovea.hpp>

#include "support/catch.hpp"

namespace fv = fovea;

TEST_CASE("in each turn the longest tiles come first, equals in the order they came", "[prefill]") {
    using jobs_type = fv::arena_array<fv::tile_job>;
    constexpr fv::index pairs = 5, heads = 4, tiles = 10, lengths = 3, count = pairs * heads * tiles;
    for (const fv::index turns : {1, 5}) {
        jobs_type jobs;
        const auto memory = fv::in_one_block([&](fv::arena& from) { jobs = from.take<fv::tile_job>(count); });
        fv::index n = 0;
        for (fv::index tile = 0; tile < tiles; ++tile)
            for (fv::index pair = 0; pair < pairs; ++pair)
                for (fv::index head = 0; head < heads; ++head)
                    jobs[n++] = {pair % turns, pair, head, tile, (tile * 7 + pair) % lengths};
        fv::sort_longest_first(jobs);
        const auto came = [](fv::tile_job const& j) { return (j.tile * pairs + j.pair) * heads + j.head_in_group; };
        int wrong = 0;
        for (fv::index i = 1; i < count; ++i) {
            auto const &a = jobs[i - 1], &b = jobs[i];
            if (a.turn != b.turn) wrong += a.turn > b.turn;
            else if (a.length != b.length) wrong += a.length < b.length;
            else wrong += came(a) >= came(b);
        }
        CHECK(wrong == 0);
    }
}
