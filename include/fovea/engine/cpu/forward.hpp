// One tile of queries of one head against all its live keys: the main loop of the CPU engine.
//
//     for each live key tile, outwards from the peak of the score:
//         for each panel of keys, for each block of rows:   product -> score, mask, softmax in registers -> weights
//         for each panel of channels, for each block of rows:   output = alpha * output + weights x values
//
// Partial tiles are classified again micro-tile by micro-tile, so that masks cost only where they cut.
#pragma once
#include <cstring>

#include "fovea/attend/walk.hpp"
#include "fovea/engine/cpu/fragment.hpp"
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
    arena_array<float> output, row;
    arena_array<index> strips;
    arena_array<word> key_rows, keys, values; // keys, values: one tile, where tiles are packed when they are visited
    arena_array<state_type> states;
    std::uint64_t live[blocks]; // of each row block: the key units that hold weights, a bit each

    tile_scratch(arena& from, index d, index value_channels, tiles_packed when)
        : queries(from.take<word>(Shape.query_tile * Shape.words(d))),
          weights(from.take<word>(Shape.query_tile * Shape.tile_words())),
          output(from.take<float>(Shape.query_tile * Shape.padded_channels(value_channels))),
          row(from.take<float>(greatest(round_up(d, index{16}), 2 * Shape.padded_channels(value_channels)))),
          strips(from.take<index>(Strips * strip_length)),
          key_rows(from.take<word>(Shape.lanes * Shape.words(d))),
          states(from.take<state_type>(Shape.query_tile)) {
        if (when == tiles_packed::visited) {
            keys = from.take<word>(Shape.key_tile * Shape.words(d));
            values = from.take<word>(Shape.tile_words() * Shape.padded_channels(value_channels));
        }
        if (strips.data() != nullptr) // rows that do not exist read strips too
            for (index i = 0; i < strips.size(); ++i) strips[i] = 0;
    }
};

// How scores become weights: with a running reference, or each by itself.
enum class weighting { softmax, sigmoid };

// Which rows of which head.
struct query_tile_at {
    at_head here;
    index begin, count; // rows of the call
};

template <int N, class X> FOVEA_HOST_DEVICE void store_entry(float* to, X x) {
    store(to, alike(as_real(x), splat<N>(0.f)));
}
template <int N, class X> FOVEA_HOST_DEVICE void store_entry(std::int32_t* to, X x) {
    store(to, int_lanes<N>{as_mask<N>(x).v});
}
template <int N, class X> FOVEA_HOST_DEVICE void store_entry(index* to, X x) {
    if constexpr (std::is_integral_v<X>) store(to, splat<N>(index{x}));
    else store(to, widen(x));
}

// Whether a reading of many elements is one value for all of them.
template <class T> bool is_single(interval<T> x) { return x.lo == x.hi; }
inline bool is_single(truth x) { return x.may == x.must; }

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
        const bool single = is_single(strip.inner(all));
        for (index i = begin; i < (single ? begin + 1 : end); i += n) {
            const index query = by_key ? f.query : f.query + rows;
            const lane_context<n> c{
                f.batch,       f.head,  f.kv_head, query, {f.key + i, iota<n>()}, f.first_query, f.first_key,
                splat<n>(0.f), end - i, 0,         0};
            store_entry<n>(strip.values + i, strip.inner(c));
        }
        if (single)
            for (index i = begin; i < end; i += n) store(strip.values + i, splat<n>(strip.values[begin]));
    });
}

template <cpu_shape Shape, weighting Weights, coverage Covered, class F, class State, class Bound>
FOVEA_HOST_DEVICE void step_block(F& fragment, State* states, Bound const& e) {
    FOVEA_UNROLL
    for (int r = 0; r < Shape.score.rows; ++r) {
        if constexpr (Weights == weighting::softmax) step_row<Covered>(fragment, r, states[r], e);
        else sigmoid_row<Covered>(fragment, r, states[r], e);
    }
}

// Scores of a row block and the first Vectors vectors of a panel, and their weights.
template <cpu_shape Shape, weighting Weights, int Vectors, class Scratch, class Bound>
FOVEA_HOST_DEVICE void score_block(Scratch& s, Bound const& e, tile_frame const& f, word const* keys, index words,
                                   index row, index column, coverage covered) {
    accumulators<Shape.lanes, micro_tile{Shape.score.rows, Vectors}> acc;
    acc.clear();
    multiply_panel<Shape, micro_tile{Shape.score.rows, Vectors}>(acc, s.queries.data() + row * words, words,
                                                                 keys + column * words, Shape.key_panel(), 0, words);
    row_fragment<Shape, Vectors, weight_terms<Shape, Bound>> fragment{f, row, column, acc.c};
    if constexpr (Vectors == Shape.score.vectors) // less is never all of a panel
        if (covered == coverage::all) {
            step_block<Shape, Weights, coverage::all>(fragment, s.states.data() + row, e);
            return;
        }
    step_block<Shape, Weights, coverage::some>(fragment, s.states.data() + row, e);
}

// Scores of one key tile into weights; live units of each row block are recorded. `rows`: rows in use, whole blocks.
template <cpu_shape Shape, weighting Weights, class Scratch, class Bound>
void score_tile(Scratch& s, Bound const& e, tile_frame& f, word const* keys, index words, index rows, coverage covered,
                bool leftwards) {
    constexpr index width = Shape.key_panel(), panels = Shape.key_tile / width, height = Shape.score.rows,
                    unit = Shape.key_unit();
    for (index b = 0; b < rows / height; ++b) s.live[b] = 0;
    element_box box{f.batch, f.head, f.kv_head, {}, {}, f.first_query, f.first_key};
    // Partial tiles are classified again: eight row blocks at once, and one by one where those are cut, unless the
    // mask's interval reading divides or reads tables and costs as much as it would save.
    constexpr index group = 8 * height;
    constexpr bool dear = is_dear<std::remove_cvref_t<decltype(e.mask)>>;
    const auto classify = [&](index row, index row_count, index column, index column_count) {
        box.query = {f.query + row, least(f.query + row + row_count - 1, f.last_query)};
        box.key = {f.key + column, f.key + least(column + column_count, f.valid_keys) - 1};
        const coverage c = covers(e.mask, box);
        return c == coverage::all && column + column_count > f.valid_keys ? coverage::some : c;
    };
    coverage grouped = covered;
    for (index p = 0; p < panels; ++p) {
        const index column = (leftwards ? panels - 1 - p : p) * width;
        f.done_begin = leftwards ? column + width : 0;
        f.done_end = leftwards ? round_up(f.valid_keys, width) : column;
        if (column >= f.valid_keys) continue;
        for (index b = 0; b < rows / height; ++b) {
            const index row = b * height;
            if (covered == coverage::some && row % group == 0) grouped = classify(row, group, column, width);
            const coverage micro = grouped == coverage::some && !dear ? classify(row, height, column, width) : grouped;
            if (micro == coverage::none) continue;
            // Of a partial micro-tile, the units that hold anything.
            std::uint64_t live = 0;
            for (index u = 0; u < width / unit; ++u)
                if (micro == coverage::all ||
                    (column + u * unit < f.valid_keys &&
                     (dear || classify(row, height, column + u * unit, unit) != coverage::none)))
                    live |= std::uint64_t{1} << u;
            s.live[b] |= live << column / unit;
            constexpr int all = Shape.score.vectors, half = Shape.least_vectors();
            if (half < all && live >> half * Shape.lanes / unit == 0)
                score_block<Shape, Weights, half>(s, e, f, keys, words, row, column, micro);
            else score_block<Shape, Weights, all>(s, e, f, keys, words, row, column, micro);
        }
    }
}

// Zeros where a row block has no weights but the second product reads them. By vectors: for so few bytes g++ makes of a
// memset an instruction that takes longer to start than to work.
template <cpu_shape Shape> void clear_weights(word* weights, index row_block, std::uint64_t units) {
    constexpr index height = Shape.score.rows;
    for (; units != 0; units &= units - 1) {
        word* to = weights + row_block * height * Shape.tile_words() + __builtin_ctzll(units) * Shape.lanes;
        for (index r = 0; r < height; ++r) store_into(to + r * Shape.tile_words(), splat<Shape.lanes>(std::int32_t{0}));
    }
}

// The second product over the live units of every row block, and the rescale that the softmax asked for.
template <cpu_shape Shape, class Scratch>
void accumulate_tile(Scratch& s, value_place values, index valid_keys, index value_channels, index rows, bool fresh) {
    constexpr index width = Shape.channel_panel(), height = Shape.value.rows, inner = height / Shape.score.rows;
    const index padded = Shape.padded_channels(value_channels), words = Shape.tile_words();
    float alpha[Shape.query_tile];
    struct {
        index begin, end; // words of weights
        bool rescaled;
    } block[Shape.query_tile / height];
    for (index b = 0; b < rows / height; ++b) {
        std::uint64_t live = 0;
        for (index i = b * inner; i < (b + 1) * inner; ++i) live |= s.live[i];
        block[b] = {0, 0, false};
        if (live != 0) {
            const int first = __builtin_ctzll(live), last = 63 - __builtin_clzll(live);
            block[b] = {first * index{Shape.lanes}, least((last + 1) * index{Shape.lanes}, Shape.words(valid_keys)),
                        false};
            const std::uint64_t read = ~std::uint64_t{0} >> (63 - last) & ~std::uint64_t{0} << first;
            for (index i = b * inner; i < (b + 1) * inner; ++i)
                clear_weights<Shape>(s.weights.data(), i, read & ~s.live[i]);
        }
        for (index r = b * height; r < (b + 1) * height; ++r) {
            alpha[r] = s.states[r].alpha;
            block[b].rescaled = block[b].rescaled || !(alpha[r] == 1);
        }
    }
    for (index c = 0; c < padded; c += width)
        for (index b = 0; b < rows / height; ++b) {
            if (block[b].begin == block[b].end && !fresh && !block[b].rescaled) continue;
            multiply_values<Shape>(s.weights.data() + b * height * words, values.data + c / width * values.panel,
                                   values.row, s.output.data() + b * height * padded + c, padded, block[b].begin,
                                   block[b].end, block[b].rescaled ? alpha + b * height : nullptr, fresh);
        }
    for (index r = 0; r < rows; ++r) s.states[r].alpha = 1;
}

// source.keys(tile): packed keys of a key tile; source.values(tile): where its values lie.
template <cpu_shape Shape, class Problem, class Bound, class Scratch, class Source>
[[gnu::noinline]] void forward_tile(Problem const& p, Bound const& e, prepared_operands<Problem> const& readers,
                                    query_tile_at at, Scratch& s, Source& source) {
    constexpr weighting weights = Problem::normalised ? weighting::softmax : weighting::sigmoid;
    using lanes_type = real_lanes<Shape.lanes>;
    auto const& q = p.q();
    auto const& k = p.k();
    const index words = Shape.words(q.channels());
    [[maybe_unused]] const index value_channels = p.operand.v.channels(); // unused without values
    const index rows = round_up(at.count, index{Shape.value.rows});
    row_reader<typename prepared_operands<Problem>::q_type, Shape.lanes> queries(readers.q, at.here.batch,
                                                                                 at.here.head);
    pack_queries<Shape>(queries, at.begin, at.count, rows, s.row.data(), s.queries.data());
    const lanes_type zero = splat<Shape.lanes>(0.f), lowest = splat<Shape.lanes>(masked_score);
    for (index r = 0; r < rows; ++r) s.states[r].clear(zero, lowest);

    const key_tiles tiles{k.first, k.positions(), Shape.key_tile};
    const index first = q.first + at.begin, last = first + at.count - 1;
    const element_box box{at.here.batch, at.here.head, at.here.kv_head, {first, last}, {}, q.first, k.first};
    bool fresh = true;
    walk_keys(e.mask, e.score, box, tiles, [&](index tile, coverage covered, bool leftwards) {
        const index valid = least(index{Shape.key_tile}, k.positions() - tile * Shape.key_tile);
        tile_frame f{at.here.batch,
                     at.here.head,
                     at.here.kv_head,
                     q.first,
                     k.first,
                     first,
                     last,
                     k.first + tile * Shape.key_tile,
                     valid,
                     0,
                     0,
                     s.weights.data()};
        if (valid < Shape.key_tile) covered = coverage::some;
        fill_strips<Shape>(e.score, f);
        if (covered == coverage::some) fill_strips<Shape>(e.mask, f);
        score_tile<Shape, weights>(s, e, f, source.keys(tile), words, rows, covered, leftwards);
        if constexpr (Problem::has_values)
            accumulate_tile<Shape>(s, source.values(tile), valid, value_channels, rows, fresh);
        else
            for (index r = 0; r < rows; ++r) s.states[r].alpha = 1;
        fresh = false;
    });
    if (fresh && Problem::has_values)
        std::memset(s.output.data(), 0, static_cast<std::size_t>(s.output.size()) * sizeof(float));
}

} // namespace v0_1
} // namespace fovea
