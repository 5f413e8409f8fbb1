// The law of attend/live_shares.hpp, by a warp of the emulator: runs are disjoint and in order, hold every live tile,
// begin and end at one, and hold as many of them as each other, but for the last.
#include <fovea/attend/live_shares.hpp>
#include <fovea/fovea.hpp>

#include "simt/launch.hpp"
#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;
using namespace fovea::terms;

namespace {

constexpr fv::index tile_keys = 4;

struct share_out {
    static constexpr fv::word threads = 32, shared_bytes = 1024;
    struct params {
        fv::element_box box;
        fv::key_tiles tiles;
        fv::index period, window;
        int workers, least;
        fv::tile_run* runs;
    };
    static auto mask(params const& p) { return k_pos / tile_keys % p.period == 0 && q_pos - k_pos < p.window; }
    static void run(params const& p) {
        using machine = fv::simt::machine;
        const fv::live_shares<machine> shares(mask(p), p.box, p.tiles);
        for (int i = 0; i < p.workers; ++i) p.runs[i] = shares.run(i, p.workers, p.least); // all lanes the same
    }
};

} // namespace

TEST_CASE("live key tiles are shared out evenly") {
    tests::draws draw{11};
    for (int round = 0; round < 200; ++round) {
        const auto keys = draw.of<fv::index>({0, 1, 4, 100, 127, 128, 129, 1000, 4096, 4097, 12000, 40000});
        const fv::key_tiles tiles{draw.between(0, 50) * tile_keys, keys, tile_keys};
        const fv::index query = tiles.first_key + draw.between(0, keys);
        share_out::params p{
            {0, 0, 0, {query, query}, {}, 0, tiles.first_key},
            tiles,
            draw.of<fv::index>({1, 1, 2, 5, 400}),
            draw.of<fv::index>({3, 64, 900, 1 << 20}),
            static_cast<int>(draw.between(1, 40)),
            static_cast<int>(draw.between(1, 5)),
            nullptr,
        };
        std::vector<fv::tile_run> runs(static_cast<std::size_t>(p.workers));
        p.runs = runs.data();
        const fv::simt::report said = fv::simt::launch<share_out>({1}, p);
        REQUIRE(said.text() == "");
        // several tiles are one unit beyond 1024 of them
        const fv::index together = std::max<fv::index>(1, fv::ceil_div(tiles.count(), fv::index{1024}));
        const auto live = [&](fv::index begin) {
            fv::element_box box = p.box;
            box.key = tiles.range(begin, std::min(begin + together, tiles.count()));
            return fv::covers(share_out::mask(p), box) != fv::coverage::none;
        };
        std::vector<fv::index> held;
        fv::index last = 0, wrong = 0;
        bool ended = false;
        for (std::size_t i = 0; i < runs.size(); ++i) {
            if (runs[i].empty()) {
                ended = true;
                continue;
            }
            wrong += ended; // the empty ones are the last
            wrong += runs[i].begin < last || runs[i].end > tiles.count();
            wrong += !live(runs[i].begin) || !live((runs[i].end - 1) / together * together);
            last = runs[i].end;
            held.push_back(0);
            for (fv::index t = runs[i].begin; t < runs[i].end; t += together) held.back() += live(t);
        }
        fv::index all = 0, of_runs = 0;
        for (fv::index t = 0; t < tiles.count(); t += together) all += live(t);
        for (fv::index n : held) of_runs += n;
        const fv::index each =
            std::max(fv::ceil_div(all, fv::index{p.workers}), fv::ceil_div(fv::index{p.least}, together));
        for (std::size_t i = 0; i + 1 < held.size(); ++i) wrong += held[i] != each;
        INFO("keys " << keys << ", period " << p.period << ", window " << p.window << ", workers " << p.workers);
        CHECK(wrong == 0);
        CHECK(of_runs == all);
    }
}
