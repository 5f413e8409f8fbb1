// Tile maps: coverage tile by tile, counts, the text and the SVG picture.
#include <fovea/fovea.hpp>
#include <fovea/tile_map.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::terms;

namespace {

std::size_t occurrences(std::string const& text, std::string const& what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
}

} // namespace

TEST_CASE("tile_map: causal and sliding window") {
    const fv::tile_map m = fv::map_tiles(fv::causal, {.queries = 4, .keys = 4, .query_tile = 1, .key_tile = 1});
    CHECK(m.to_text() == "#...\n##..\n###.\n####\n");
    CHECK(m.full == 10);
    CHECK(m.partial == 0);
    CHECK(m.dead == 6);
    const fv::tile_map w =
        fv::map_tiles(fv::sliding_window(4), {.queries = 8, .keys = 8, .query_tile = 2, .key_tile = 2});
    CHECK(w.to_text() == "+...\n#+..\n+#+.\n.+#+\n");
    CHECK(w.live() == 9);
    CHECK(w.dead == 7);
    CHECK(w.mask == "k_pos <= q_pos && q_pos - k_pos < 4");
}

TEST_CASE("tile_map: tiles are cut at the ends, positions start where they are said to") {
    const fv::tile_map m = fv::map_tiles(fv::causal, {.queries = 3, .keys = 5, .query_tile = 2, .key_tile = 3});
    CHECK(m.to_text() == "+.\n#.\n");
    const fv::tile_map cache =
        fv::map_tiles(fv::causal, {.queries = 2, .keys = 6, .query_tile = 2, .key_tile = 2, .first_query = 4});
    CHECK(cache.to_text() == "##+\n");
    CHECK(cache.attended(0, 4));
    CHECK(!cache.attended(0, 5));
    CHECK(fv::map_tiles(fv::causal, {.queries = 2, .keys = 2, .query_tile = 2, .key_tile = 2, .first_key = 2}).dead ==
          1);
}

TEST_CASE("tile_map: batch and head are those asked for, scores lend their mask") {
    const std::vector<int> lengths{2, 4};
    const auto padding = fv::padding(fv::table(lengths));
    const auto of = [&](fv::index b) {
        return fv::map_tiles(padding, {.queries = 2, .keys = 4, .query_tile = 2, .key_tile = 2, .batch = b}).to_text();
    };
    CHECK(of(0) == "#.\n");
    CHECK(of(1) == "##\n");
    const auto view = fv::tensor(static_cast<float*>(nullptr), fv::bshd(1, 4, 1, 8));
    const auto s = fv::where(head == 1 && fv::causal, fv::scaled_dot(view, view));
    CHECK(fv::map_tiles(s, {.queries = 4, .keys = 4, .query_tile = 4, .key_tile = 4, .head = 0}).to_text() == ".\n");
    CHECK(fv::map_tiles(s, {.queries = 4, .keys = 4, .query_tile = 4, .key_tile = 4, .head = 1}).to_text() == "+\n");
    // Where the product decides nothing is promised, and no element is drawn.
    const fv::tile_map by_score =
        fv::map_tiles(fv::where(fv::dot(view, view) > 0.f, fv::dot(view, view)), {.queries = 64, .keys = 64});
    CHECK(by_score.to_text() == "+\n");
    CHECK(by_score.elements.empty());
}

TEST_CASE("tile_map: the picture") {
    const fv::tile_map m =
        fv::map_tiles(fv::causal && k_pos > 1, {.queries = 16, .keys = 16, .query_tile = 4, .key_tile = 4});
    const std::string svg = m.to_svg();
    CHECK(svg.find("<svg xmlns=\"http://www.w3.org/2000/svg\"") == 0);
    CHECK(svg.rfind("</svg>\n") == svg.size() - 7);
    CHECK(occurrences(svg, "<") == occurrences(svg, ">"));
    CHECK(svg.find("k_pos &lt;= q_pos &amp;&amp; k_pos &gt; 1") != std::string::npos);
    CHECK(svg.find("16 queries x 16 keys in tiles of 4 x 4; 62.5 % of the tiles are live") != std::string::npos);
    CHECK(svg.find(">3 full<") != std::string::npos);
    CHECK(svg.find(">7 partial<") != std::string::npos);
    CHECK(svg.find(">6 dead, never read<") != std::string::npos);
    std::size_t in_partial = 0;
    for (fv::index q = 0; q < 16; ++q)
        for (fv::index k = 0; k < 16; ++k) in_partial += m.at(q / 4, k / 4) == fv::coverage::some && m.attended(q, k);
    CHECK(occurrences(svg, " 0z") == in_partial);
    CHECK(m.to_svg("my mask").find(">my mask<") != std::string::npos);
    CHECK(fv::map_tiles(fv::everything, {.queries = 7, .keys = 90000}).to_svg().size() < 500000);
    const std::string long_title(400, 'x');
    CHECK(m.to_svg(long_title).find("x ...<") != std::string::npos);
}

TEST_CASE("tile_map: the bias of a score") {
    const auto view = fv::tensor(static_cast<float*>(nullptr), fv::bshd(1, 16, 1, 8));
    const std::vector<float> slopes{0.5f};
    const fv::tile_grid grid{.queries = 16, .keys = 16, .query_tile = 4, .key_tile = 4};
    const auto penalised = fv::scaled_dot(view, view) + fv::alibi(fv::table(slopes));
    const fv::tile_map m = fv::map_tiles(fv::where(fv::causal, penalised), grid);
    REQUIRE(m.biases.size() == 16 * 16);
    int wrong = 0;
    for (fv::index q = 0; q < 16; ++q)
        for (fv::index k = 0; k < 16; ++k)
            wrong += m.biases[static_cast<std::size_t>(q * 16 + k)] != (k <= q ? -0.5f * static_cast<float>(q - k) : 0);
    CHECK(wrong == 0);
    const std::string svg = m.to_svg();
    CHECK(svg.find(">score where the product is 0: -7.5<") != std::string::npos);
    CHECK(svg.find(">to 0<") != std::string::npos);
    CHECK(occurrences(svg, "<path fill=\"#") == 16); // a colour for each distance
    CHECK(occurrences(svg, " 0z") == 0); // and no dots
    // No bias, no shades: of a mask, of a score that is the same for all pairs, of a tile map without elements.
    CHECK(fv::map_tiles(fv::causal, grid).biases.empty());
    CHECK(fv::map_tiles(fv::where(fv::causal, fv::softcap(3.f, fv::dot(view, view))), grid).biases.empty());
    CHECK(fv::map_tiles(fv::where(fv::dot(view, view) > 0.f, penalised), grid).biases.empty());
    CHECK(fv::map_tiles(fv::where(fv::causal, fv::dot(view, view)), grid).to_svg().find("product") ==
          std::string::npos);
    // What is not finite has a colour too, and does not stretch the scale.
    const auto hidden = fv::dot(view, view) + fv::select(k_pos == 3, -fv::infinity, 1.f * k_pos);
    const std::string dark = fv::map_tiles(hidden, grid).to_svg();
    CHECK(dark.find(">score where the product is 0: 0<") != std::string::npos);
    CHECK(dark.find(">to 15<") != std::string::npos);
}

TEST_CASE("tile_map: a tile without a query or a key is refused") {
    CHECK_THROWS_WITH(fv::map_tiles(fv::causal, {.queries = 8, .keys = 8, .query_tile = 0}),
                      "fovea: map_tiles: a tile has 0 queries and 64 keys; give it at least 1 of each");
    CHECK_THROWS_AS(fv::map_tiles(fv::causal, {.queries = 8, .keys = 8, .key_tile = -1}), fv::error);
    CHECK(fv::map_tiles(fv::causal, {.queries = 0, .keys = 8}).rows() == 0);
}
