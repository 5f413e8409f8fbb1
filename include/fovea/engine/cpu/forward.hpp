// One tile of queries of one head against all its live keys: the main loop of the CPU engine.
//
//     for each live key tile, outwards from the peak of the score:
//         for each panel of keys, for each block of rows:   product -> score, mask, softmax -> weights     score_tile
//         for each panel of channels, for each block of rows:   output = alpha * output + weights x values   value_pass
#pragma once
#include <cstring>

#include "fovea/base/array.hpp"
#include "fovea/engine/cpu/score_tile.hpp"
#include "fovea/engine/cpu/value_pass.hpp"
#include "fovea/expr/settle.hpp"
#include "fovea/softmax/row_result.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// When keys and values are packed: all before the work, or each tile by every worker that visits it.
enum class tiles_packed { ahead, visited };

// One worker's memory for one query tile; sizes depend on the head sizes and the tile alone.
template <cpu_shape Shape, class Bound, int Strips> struct tile_scratch {
    using state_type = row_state_for<Shape, Bound>;
    static constexpr index blocks = Shape.query_tile / Shape.score.rows;
    // Differences of a tile: one less than rows + keys, read in whole vectors.
    static constexpr index strip_length = Shape.query_tile + Shape.key_tile + Shape.lanes;

    arena_array<word> queries, weights;
    arena_array<float> output, row, gathered; // gathered: 16 rows of the output
    arena_array<index> strips;
    arena_array<word> key_rows, keys, values; // keys, values: one tile, where tiles are packed when they are visited
    arena_array<state_type> states;
    array_of<std::uint64_t, blocks> live; // of each row block: the key units that hold weights, a bit each

    tile_scratch(arena& from, index d, index value_channels, tiles_packed when)
        : queries(from.take<word>(Shape.query_tile * Shape.words(d))),
          weights(from.take<word>(Shape.query_tile * Shape.weight_words())),
          output(from.take<float>(Shape.query_tile * Shape.padded_channels(value_channels))),
          row(from.take<float>(greatest(round_up(d, index{16}), 2 * Shape.padded_channels(value_channels)))),
          strips(from.take<index>(Strips * strip_length)),
          key_rows(from.take<word>(Shape.lanes * Shape.words(d))),
          states(from.take<state_type>(Shape.query_tile)) {
        if constexpr (Shape.tiles()) gathered = from.take<float>(tile_side * Shape.padded_channels(value_channels));
        if (when == tiles_packed::visited) {
            keys = from.take<word>(Shape.key_tile * Shape.words(d));
            values = from.take<word>(Shape.weight_words() * Shape.padded_channels(value_channels));
        }
        if (strips.data() != nullptr) // rows that do not exist read strips too
            for (index i = 0; i < strips.size(); ++i) strips[i] = 0;
    }
};

// Which rows of which head.
struct query_tile_at {
    at_head here;
    index begin, count; // rows of the call
};

template <int N, class X> FOVEA_HOST_DEVICE void store_entry(float* to, X x) {
    store(to, alike(as_real(x), splat<N>(0.f)));
}
template <int N, class X> FOVEA_HOST_DEVICE void store_entry(std::int32_t* to, X x) {
    store(to, as_ints(as_mask<N>(x)));
}
template <int N, class X> FOVEA_HOST_DEVICE void store_entry(index* to, X x) {
    if constexpr (std::is_integral_v<X>) store(to, splat<N>(index{x}));
    else store(to, widen(x));
}

struct table_reads {
    template <class E> static constexpr bool is = reads_table<E>;
};
// Whether e has one value in all of a box. Ranges of reals allow for rounding: of lookups it is asked of their indices.
template <class T> bool is_single(interval<T> x) { return x.lo == x.hi; }
inline bool is_single(truth x) { return x.may == x.must; }
template <class T>
    requires std::is_arithmetic_v<T>
bool is_single(T) { // what a functor gives for every interval
    return true;
}
template <class E> bool is_single_in(E const& e, element_box const& box) {
    if constexpr (has_settling<E>)
        if constexpr (decltype(settled(e, element_context{}))::depends.only_row_group()) return settles(e, box);
    return is_single(e(box));
}

// A vector of a strip from entry i on, for the keys of a box and its last query. Lanes read a table one at a time: then
// the whole expression is read so, and but once where all entries are one value.
template <int N, class Strip> void fill_vector(Strip const& strip, index i, element_box const& box) {
    const index count = box.key.hi - box.key.lo + 1;
    if constexpr (has_any<table_reads, std::remove_cvref_t<decltype(strip.inner)>>) {
        const bool single = is_single_in(strip.inner, box);
        for (index j = 0; j < (single ? 1 : count); ++j) {
            const element_context c{box.batch,      box.head,        box.kv_head,   box.query.hi,
                                    box.key.lo + j, box.first_query, box.first_key, 0.f};
            if constexpr (Strip::kind == kinds::truth) strip.values[i + j] = strip.inner(c) ? -1 : 0;
            else strip.values[i + j] = strip.inner(c);
        }
        if (single) store(strip.values + i, splat<N>(strip.values[i]));
    } else {
        const lane_context<N> c{box.batch,
                                box.head,
                                box.kv_head,
                                box.query.hi,
                                {box.key.lo, iota<N>()},
                                box.first_query,
                                box.first_key,
                                splat<N>(0.f),
                                count,
                                0,
                                0};
        store_entry<N>(strip.values + i, strip.inner(c));
    }
}

// The strips of a bound expression for one key tile: every difference and every key that exists in it. Where its
// interval reading is a single value, as far from the diagonal, one vector is computed.
template <cpu_shape Shape, class E> void fill_strips(E const& e, tile_frame const& f) {
    constexpr int n = Shape.lanes;
    const element_box all{
        f.batch,       f.head,     f.kv_head, {f.query, f.last_query}, {f.key, f.key + f.valid_keys - 1},
        f.first_query, f.first_key};
    each_strip(e, [&](auto const& strip) {
        constexpr bool by_key = std::remove_cvref_t<decltype(strip)>::by_key;
        const index rows = Shape.query_tile - 1, used_rows = f.last_query - f.query;
        // entry i stands for key = f.key + i (by key), or for key - query = f.key - f.query - rows + i (by difference)
        const index begin = by_key ? 0 : rows - used_rows, end = by_key ? f.valid_keys : rows + f.valid_keys;
        const index query = by_key ? f.query : f.query + rows;
        const bool single = is_single_in(strip.inner, all);
        element_box some = all;
        some.query = {query, query};
        for (index i = begin; i < (single ? begin + 1 : end); i += n) {
            some.key = {f.key + i, f.key + least(i + n, end) - 1};
            fill_vector<n>(strip, i, some);
        }
        if (single)
            for (index i = begin; i < end; i += n) store(strip.values + i, splat<n>(strip.values[begin]));
    });
}

// 16 rows of an output in tiles, tiles of 16 rows one after another, as rows of so many channels.
template <int N> void tiles_to_rows(float* tiles, index channels, float* scratch) {
    for (index c = 0; c < channels; c += N)
        for (index i = 0; i < N; ++i) store(scratch + i * channels + c, load<N>(tiles + (c + i) * N));
    std::memcpy(tiles, scratch, static_cast<std::size_t>(N * channels) * sizeof(float));
}

// source.keys(tile): packed keys of a key tile; source.values(tile): where its values lie.
template <cpu_shape Shape, class Problem, class Bound, class Scratch, class Source>
[[gnu::noinline]] void forward_tile(Problem const& p, Bound const& e, prepared_operands<Problem> const& readers,
                                    query_tile_at at, Scratch& s, Source& source) {
    [[maybe_unused]] const unit_for<Shape> unit;
    using lanes_type = real_lanes<Shape.lanes>;
    auto const& q = p.q();
    auto const& k = p.k();
    const index words = Shape.words(q.channels());
    [[maybe_unused]] const index value_channels = p.operand.v.channels(); // unused without values
    const index rows = round_up(at.count, index{Shape.row_unit()});
    row_reader<typename prepared_operands<Problem>::q_type, Shape.lanes> queries(readers.q, at.here.batch,
                                                                                 at.here.head);
    const key_tiles tiles{k.first, k.positions(), Shape.key_tile};
    // Where they lie, where they are read but once: read again, they are nearer in scratch memory.
    word_rows packed = tiles.count() == 1 ? rows_in_place<Shape>(queries, at.begin, at.count) : word_rows{};
    if (!packed.first) {
        pack_queries<Shape>(queries, at.begin, at.count, rows, s.row.data(), s.key_rows.data(), s.queries.data());
        packed = {s.queries.data(), words};
    }
    const lanes_type zero = splat<Shape.lanes>(0.f), lowest = splat<Shape.lanes>(masked_score);
    for (index r = 0; r < rows; ++r) s.states[r].clear(zero, lowest);

    const index first = q.first + at.begin, last = first + at.count - 1;
    const element_box box{at.here.batch, at.here.head, at.here.kv_head, {first, last}, {}, q.first, k.first};
    value_pass<Shape> pass;
    bool fresh = true;
    walk_keys(e.mask, e.score, box, tiles, [&](index tile, coverage covered, bool leftwards) {
        const index valid = least(index{Shape.key_tile}, k.positions() - tile * Shape.key_tile);
        const tile_frame f{at.here.batch,
                           at.here.head,
                           at.here.kv_head,
                           q.first,
                           k.first,
                           first,
                           last,
                           k.first + tile * Shape.key_tile,
                           valid,
                           leftwards,
                           s.weights.data()};
        if (valid < Shape.key_tile) covered = coverage::some;
        fill_strips<Shape>(e.score, f);
        if (covered == coverage::some) fill_strips<Shape>(e.mask, f);
        word const* const keys = source.keys(tile);
        using blocks_type = std::conditional_t<Shape.tiles(), matrix_blocks<Shape, Scratch, Bound>,
                                               vector_blocks<Shape, Scratch, Bound>>;
        blocks_type blocks(s, e, f, {packed, keys, words});
        score_tile<Shape>(s, e, f, rows, covered, blocks);
        if constexpr (Problem::has_values) {
            pass.begin(s, source.values(tile), valid, value_channels, rows, fresh);
            for (value_block b; pass.next(b);) multiply_values<Shape>(b);
        } else
            for (index r = 0; r < rows; ++r) s.states[r].alpha = 1;
        fresh = false;
    });
    if constexpr (Problem::has_values) {
        const index padded = Shape.padded_channels(value_channels);
        if (fresh) std::memset(s.output.data(), 0, static_cast<std::size_t>(s.output.size()) * sizeof(float));
        else if constexpr (Shape.tiles())
            for (index r = 0; r < rows; r += tile_side)
                tiles_to_rows<Shape.lanes>(s.output.data() + r * padded, padded, s.gathered.data());
    }
}

} // namespace v0_1
} // namespace fovea
