// A mask as a picture: which tiles of the score matrix are full, cut by the mask, or dead.
//
//     tile_map m = map_tiles(causal && sliding_window(256), {.queries = 1024, .keys = 1024});
//     std::puts(m.to_text().c_str());      // # every element attended, + some, . none
//     write("mask.svg", m.to_svg());       // write: your own
//
// Every tile is classified by the interval reading, as the engines do it: one sees what an engine skips. A tile that no
// interval could decide is + as well. The map of a score shows its bias too: the darker, the higher.
// Not part of fovea.hpp: include <fovea/tile_map.hpp>.
#pragma once
#include <cstdio>
#include <string>
#include <vector>

#include "fovea/attend/walk.hpp"
#include "fovea/base/refusal.hpp"
#include "fovea/expr/score.hpp"
#include "fovea/expr/text.hpp"
#include "fovea/plan/census.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Which part of which attention is looked at. Tiles may be cut at the ends.
struct [[gnu::visibility("default")]] tile_grid {
    index queries, keys;
    index query_tile = 64, key_tile = 64;
    index batch = 0, head = 0, kv_head = 0;
    index first_query = 0, first_key = 0;
};

// Elements are kept, for dots in partial tiles, up to so many.
inline constexpr index most_elements_kept = index{1} << 22;

struct [[gnu::visibility("default")]] tile_map {
    tile_grid grid;
    std::string mask; // as text
    std::vector<coverage> tiles; // row by row
    std::string elements; // 1 where attended, row by row; empty for a larger grid, or where the score decides
    // Of a score that varies with positions: what it is where the product of query and key is 0, element by element; 0
    // where nothing is attended. Empty for masks, for other scores, and where `elements` is.
    std::vector<float> biases;
    index full = 0, partial = 0, dead = 0;

    index rows() const { return ceil_div(grid.queries, grid.query_tile); }
    index columns() const { return ceil_div(grid.keys, grid.key_tile); }
    index live() const { return full + partial; }
    coverage at(index row, index column) const { return tiles[static_cast<std::size_t>(row * columns() + column)]; }
    bool attended(index query, index key) const {
        return elements[static_cast<std::size_t>(query * grid.keys + key)] == '1';
    }
    // One character a tile, one line a row of tiles.
    std::string to_text() const {
        std::string text;
        for (index row = 0; row < rows(); ++row) {
            for (index column = 0; column < columns(); ++column) text += ".+#"[static_cast<int>(at(row, column))];
            text += '\n';
        }
        return text;
    }
    // A picture of its own size; the title is the mask's text unless another is given.
    std::string to_svg(std::string const& title = {}) const;
};

// Whether a score is another for other pairs of the same product.
template <class E>
inline constexpr bool varies_with_position =
    E::kind == kinds::real && (E::depends.query || E::depends.key || E::depends.difference);
template <class M, class S>
inline constexpr bool varies_with_position<masked<M, S>> = varies_with_position<S>;

// Of a mask, or of a score and the mask around it. Error: a tile without a query or a key throws fovea::error.
template <expression E> tile_map map_tiles(E const& e, tile_grid const& g) {
    const auto mask = [&] {
        if constexpr (E::kind == kinds::truth) return e;
        else return mask_of_score(e);
    }();
    using mask_type = std::remove_const_t<decltype(mask)>;
    if (g.query_tile < 1 || g.key_tile < 1)
        throw_refusal(status({"map_tiles: a tile has ", g.query_tile, " queries and ", g.key_tile,
                              " keys; give it at least 1 of each"}));
    tile_map m{.grid = g, .mask = to_string(mask), .tiles = {}, .elements = {}, .biases = {}};
    element_box box{g.batch, g.head, g.kv_head, {}, {}, g.first_query, g.first_key, any_score};
    for (index q = 0; q < g.queries; q += g.query_tile)
        for (index k = 0; k < g.keys; k += g.key_tile) {
            box.query = {g.first_query + q, g.first_query + least(q + g.query_tile, g.queries) - 1};
            box.key = {g.first_key + k, g.first_key + least(k + g.key_tile, g.keys) - 1};
            const coverage c = covers(mask, box);
            (c == coverage::all ? m.full : c == coverage::none ? m.dead : m.partial) += 1;
            m.tiles.push_back(c);
        }
    if constexpr (!mask_type::depends.score)
        if (g.queries * g.keys <= most_elements_kept)
            for (index q = 0; q < g.queries; ++q)
                for (index k = 0; k < g.keys; ++k) {
                    const plain_element at{g.batch,         g.head,        g.kv_head,  g.first_query + q,
                                           g.first_key + k, g.first_query, g.first_key};
                    const bool attended = mask(at);
                    m.elements += attended ? '1' : '0';
                    if constexpr (varies_with_position<E>)
                        m.biases.push_back(attended ? static_cast<float>(as_real(bare_score(e)(at))) : 0.f);
                }
    return m;
}

} // namespace v0_1
} // namespace fovea

#include "fovea/plan/tile_map_svg.hpp"
