// Many queries: keys and values are packed once for all query tiles of a group of heads, then the tiles are handed out,
// longest first.
//
//     (batch, kv head) pairs in waves: pack in parallel, then attend in parallel
//
// Memory: what a wave packs ahead stays below the engine's packing budget; where one pair alone would pass it, or has a
// single query tile, every worker packs the key tiles it visits into its own scratch.
#pragma once
#include "fovea/engine/cpu/executor.hpp"
#include "fovea/engine/cpu/write.hpp"

namespace fovea {

// The shape a problem runs in: bf16 pairs only when q, k and v are all bf16 and the machine multiplies them.
template <class Problem>
inline constexpr bool all_bf16 =
    std::is_same_v<typename Problem::query_element, bf16> && std::is_same_v<typename Problem::key_element, bf16> &&
    (std::is_same_v<typename Problem::value_element, bf16> || !Problem::has_values);

// Packed keys and values of some (batch, kv head) pairs.
template <cpu_shape Shape> struct packed_operands {
    buffer<word> keys, values;
    index key_words, value_words, tiles; // of one key tile; tiles of one pair
    packed_operands(index pairs, index n_tiles, index d, index value_channels)
        : keys(pairs * n_tiles * Shape.key_tile * Shape.words(d)),
          values(pairs * n_tiles * Shape.tile_words() * Shape.padded_channels(value_channels)),
          key_words(Shape.key_tile * Shape.words(d)),
          value_words(Shape.tile_words() * Shape.padded_channels(value_channels)),
          tiles(n_tiles) {}
};

template <cpu_shape Shape> constexpr index packed_bytes(index tiles, index d, index value_channels) {
    return tiles * static_cast<index>(sizeof(word)) *
           (Shape.key_tile * Shape.words(d) + Shape.tile_words() * Shape.padded_channels(value_channels));
}

// Key tiles of one pair that lie packed.
template <cpu_shape Shape> struct packed_ahead {
    word const *first_keys, *first_values;
    index key_words, value_words;
    word const* keys(index tile) const { return first_keys + tile * key_words; }
    word const* values(index tile) const { return first_values + tile * value_words; }
};

// Key tiles packed when they are visited, into one worker's scratch.
template <cpu_shape Shape, class Problem, class Scratch> struct packed_on_the_fly {
    using operands_type = prepared_operands<Problem>;
    // Without values (statistics alone) the keys stand in for them and are not read.
    using v_type = std::conditional_t<Problem::has_values, decltype(decltype(Problem::operand)::v),
                                      std::remove_cvref_t<decltype(std::declval<Problem const&>().k())>>;
    Problem const& problem;
    Scratch& scratch;
    row_reader<typename operands_type::k_type, Shape.lanes> key_reader;
    prepared<v_type> plain_values;
    row_reader<v_type, Shape.lanes> value_reader;

    packed_on_the_fly(Problem const& p, operands_type const& readers, at_head here, Scratch& s)
        : problem(p),
          scratch(s),
          key_reader(readers.k, here.batch, here.kv_head),
          plain_values(values_of(p)),
          value_reader(plain_values, here.batch, here.kv_head) {}

    word const* keys(index tile) {
        pack_keys<Shape>(key_reader, tile * Shape.key_tile, count(tile), Shape.key_tile, scratch.row.data(),
                         scratch.key_rows.data(), scratch.keys.data());
        return scratch.keys.data();
    }
    word const* values(index tile) {
        pack_values<Shape>(value_reader, tile * Shape.key_tile, count(tile), Shape.key_tile, scratch.row.data(),
                           scratch.values.data());
        return scratch.values.data();
    }

private:
    static v_type const& values_of(Problem const& p) {
        if constexpr (Problem::has_values) return p.operand.v;
        else return p.k();
    }
    index count(index tile) const {
        return least(index{Shape.key_tile}, problem.k().positions() - tile * Shape.key_tile);
    }
};

// One query tile of one head, in the order of the queue.
struct tile_job {
    index pair, head_in_group, tile, length;
};

// Longest first; equals in the order they came.
inline void sort_longest_first(buffer<tile_job>& jobs) {
    for (index gap = jobs.size() / 2; gap > 0; gap /= 2)
        for (index i = gap; i < jobs.size(); ++i) {
            const tile_job job = jobs[i];
            index j = i;
            for (; j >= gap && jobs[j - gap].length < job.length; j -= gap) jobs[j] = jobs[j - gap];
            jobs[j] = job;
        }
}

template <cpu_shape Shape, class Problem, executor E>
void prefill(Problem const& p, E& executor, index packing_budget) {
    static_assert(can_work(Shape),
                  "fovea: cpu_shape: query_tile is a multiple of score.rows and value.rows, value.rows of score.rows, "
                  "key_tile of lanes * score.vectors, and score.vectors is even");
    using bound_type = decltype(bind_problem(p, at_head{}, strip_store{}));
    using scratch_type = tile_scratch<Shape, bound_type, strips_needed<Problem>>;
    auto const &q = p.q(), &k = p.k();
    const index d = q.channels(), value_channels = p.operand.v.channels(), group = p.group();
    const index pairs = q.batches() * k.heads(), query_tiles = ceil_div(q.positions(), index{Shape.query_tile});
    const index key_tiles_of_pair = ceil_div(k.positions(), index{Shape.key_tile});
    const index bytes = packed_bytes<Shape>(key_tiles_of_pair, d, value_channels);
    const bool ahead = group * query_tiles > 1 && bytes <= packing_budget;
    const index in_wave = ahead ? greatest(index{1}, least(pairs, packing_budget / greatest(bytes, index{1}))) : pairs;
    const index workers = greatest(1, executor.concurrency());
    const prepared_operands<Problem> readers(p);

    // All memory is taken before the work starts.
    buffer<scratch_type> scratch(workers);
    for (index w = 0; w < workers; ++w) new (scratch.data() + w) scratch_type(d, value_channels, !ahead);
    packed_operands<Shape> packed(ahead ? in_wave : 0, key_tiles_of_pair, d, value_channels);

    const auto head_of = [&](index pair, index head_in_group) {
        const index kv_head = pair % k.heads();
        return at_head{pair / k.heads(), kv_head * group + head_in_group, kv_head};
    };
    const auto length_of = [&](index pair, index head_in_group, index tile) {
        const at_head here = head_of(pair, head_in_group);
        const index first = q.first + tile * Shape.query_tile;
        const index last = q.first + least((tile + 1) * Shape.query_tile, q.positions()) - 1;
        return count_live(p.scored.mask, {here.batch, here.head, here.kv_head, {first, last}, {}, q.first, k.first},
                          {k.first, k.positions(), Shape.key_tile});
    };
    constexpr dependence varies = std::remove_cvref_t<decltype(p.scored.mask)>::depends;

    for (index wave = 0; wave < pairs; wave += in_wave) {
        const index count = least(in_wave, pairs - wave);
        if (ahead)
            share_out(executor, workers, count * key_tiles_of_pair, [&](index worker, index i) {
                const index pair = wave + i / key_tiles_of_pair, tile = i % key_tiles_of_pair;
                const at_head here = head_of(pair, 0);
                packed_on_the_fly<Shape, Problem, scratch_type> source(p, readers, here, scratch[worker]);
                const index n = least(index{Shape.key_tile}, k.positions() - tile * Shape.key_tile);
                pack_keys<Shape>(source.key_reader, tile * Shape.key_tile, n, Shape.key_tile,
                                 scratch[worker].row.data(), scratch[worker].key_rows.data(),
                                 packed.keys.data() + i * packed.key_words);
                if constexpr (Problem::has_values)
                    pack_values<Shape>(source.value_reader, tile * Shape.key_tile, n, Shape.key_tile,
                                       scratch[worker].row.data(), packed.values.data() + i * packed.value_words);
            });

        buffer<tile_job> jobs(count * group * query_tiles);
        for (index tile = 0, n = 0; tile < query_tiles; ++tile) {
            index length = 0;
            for (index i = 0; i < count; ++i)
                for (index g = 0; g < group; ++g) {
                    if (varies.batch || varies.head || (i == 0 && g == 0)) length = length_of(wave + i, g, tile);
                    jobs[n++] = {wave + i, g, tile, length};
                }
        }
        sort_longest_first(jobs);
        share_out(executor, workers, jobs.size(), [&](index worker, index i) {
            const tile_job job = jobs[i];
            const query_tile_at at{head_of(job.pair, job.head_in_group), job.tile * Shape.query_tile,
                                   least(index{Shape.query_tile}, q.positions() - job.tile * Shape.query_tile)};
            scratch_type& s = scratch[worker];
            const auto e = bind_problem(p, at.here, strip_store{s.strips.data(), scratch_type::strip_length});
            row_reader<typename prepared_operands<Problem>::q_type, Shape.lanes> queries(readers.q, at.here.batch,
                                                                                         at.here.head);
            if (ahead) {
                const index first = (job.pair - wave) * key_tiles_of_pair;
                packed_ahead<Shape> source{packed.keys.data() + first * packed.key_words,
                                           packed.values.data() + first * packed.value_words, packed.key_words,
                                           packed.value_words};
                forward_tile<Shape>(p, e, at, s, source, queries);
            } else {
                packed_on_the_fly<Shape, Problem, scratch_type> source(p, readers, at.here, s);
                forward_tile<Shape>(p, e, at, s, source, queries);
            }
            write_tile<Shape>(p, e, at, s, readers);
        });
    }
    for (index w = 0; w < workers; ++w) scratch[w].~scratch_type();
}

} // namespace fovea
