// Many queries: keys and values are packed once for all query tiles of a group of heads, then the tiles are handed out,
// longest first.
//
//     (batch, kv head) pairs in waves: pack in parallel, then attend in parallel
//
// Memory: what a wave packs ahead is as little as keeps the workers busy, and stays below the engine's packing budget;
// where one pair alone would pass it, or has a single query tile, every worker packs the key tiles it visits into its
// own scratch.
#pragma once
#include "fovea/engine/cpu/executor.hpp"
#include "fovea/engine/cpu/write.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Whether products may be of bf16: where q, k and v all are.
template <class Problem>
inline constexpr bool all_bf16 =
    std::is_same_v<typename Problem::query_element, bf16> && std::is_same_v<typename Problem::key_element, bf16> &&
    (std::is_same_v<typename Problem::value_element, bf16> || !Problem::has_values);

// Packed keys and values of some (batch, kv head) pairs.
template <cpu_shape Shape> struct packed_operands {
    index key_words = 0, value_words = 0, tiles = 0; // of one key tile; tiles of one pair
    arena_array<word> keys, values;

    packed_operands(index n_tiles, index d, index value_channels)
        : key_words(Shape.key_tile * Shape.words(d)),
          value_words(Shape.weight_words() * Shape.padded_channels(value_channels)),
          tiles(n_tiles) {}
    index pair_bytes() const { return tiles * (key_words + value_words) * static_cast<index>(sizeof(word)); }
    void take(arena& from, index pairs) {
        keys = from.take<word>(pairs * tiles * key_words);
        values = from.take<word>(pairs * tiles * value_words);
    }
};

// The packed key tiles of one (batch, kv head): where they lie packed ahead, or packed into a worker's scratch when
// they are visited.
template <cpu_shape Shape, class Problem, class Scratch> class tile_source {
public:
    tile_source(Problem const& p, prepared_operands<Problem> const& readers, at_head here, Scratch& s)
        : problem_(p), readers_(readers), here_(here), scratch_(s) {}

    // Tiles of this pair start at pair * packed.tiles.
    void use(packed_operands<Shape> const& packed, index pair) {
        packed_ = &packed;
        first_ = pair * packed.tiles;
    }
    void read_values(values_read how) { how_ = how; }

    word const* keys(index tile) {
        if (packed_) return packed_->keys.data() + (first_ + tile) * packed_->key_words;
        pack_keys(tile, scratch_.keys.data());
        return scratch_.keys.data();
    }
    // Values that a single query tile visits are read where they lie, if they lie as the product takes them.
    value_place values(index tile) {
        if (packed_ && how_ == values_read::as_they_are)
            return packed_at(packed_->values.data() + (first_ + tile) * packed_->value_words);
        if constexpr (!Shape.pairs() && Problem::has_values) {
            auto const& v = problem_.operand.v;
            const prepared plain(v);
            const row_reader<v_type, Shape.lanes> reader(plain, here_.batch, here_.kv_head);
            if (!packed_ && how_ == values_read::as_they_are && v.channels() % Shape.channel_panel() == 0)
                if (word const* lies = reader.template in_place<float>(tile * Shape.key_tile))
                    return {lies, reader.template words_apart<float>(), Shape.channel_panel()};
        }
        word* to = scratch_.values.data();
        if (packed_) { // once more, after values that are not finite
            if (mended_.size() == 0) mended_ = buffer<word>(packed_->value_words);
            to = mended_.data();
        }
        pack_values(tile, to);
        return packed_at(to);
    }
    void pack_keys(index tile, word* to) {
        row_reader<typename prepared_operands<Problem>::k_type, Shape.lanes> reader(readers_.k, here_.batch,
                                                                                    here_.kv_head);
        fovea::pack_keys<Shape>(reader, tile * Shape.key_tile, count(tile), padded(tile), scratch_.row.data(),
                                scratch_.key_rows.data(), to);
    }
    void pack_values(index tile, word* to) {
        if constexpr (Problem::has_values) {
            const prepared plain(problem_.operand.v);
            value_reader reader{{plain, here_.batch, here_.kv_head}, how_};
            fovea::pack_values<Shape>(reader, tile * Shape.key_tile, count(tile), padded(tile), scratch_.row.data(),
                                      to);
        }
    }

private:
    using v_type = decltype(decltype(Problem::operand)::v);
    static value_place packed_at(word const* values) {
        return {values, Shape.channel_panel(), Shape.channel_panel() * Shape.weight_words()};
    }
    struct value_reader {
        row_reader<v_type, Shape.lanes> rows;
        values_read how;
        void read(index i, float* out) {
            rows.read(i, out);
            if (how == values_read::finite) clear_non_finite(out, rows.channels());
        }
        index channels() const { return rows.channels(); }
        template <class T> word const* in_place(index i) const {
            return how == values_read::as_they_are ? rows.template in_place<T>(i) : nullptr;
        }
        template <class T> index words_apart() const { return rows.template words_apart<T>(); }
    };
    index count(index tile) const {
        return least(index{Shape.key_tile}, problem_.k().positions() - tile * Shape.key_tile);
    }
    // Keys beyond the last part of a panel in use are neither packed nor read.
    index padded(index tile) const { return round_up(count(tile), index{Shape.lanes} * Shape.least_vectors()); }

    Problem const& problem_;
    prepared_operands<Problem> const& readers_;
    at_head here_;
    Scratch& scratch_;
    packed_operands<Shape> const* packed_ = nullptr;
    index first_ = 0;
    buffer<word> mended_;
    values_read how_ = values_read::as_they_are;
};

// The tile once more with finite values, and one by one the rows that attend a value that is not.
template <cpu_shape Shape, class Problem, class Bound, class Scratch, class Source>
FOVEA_COLD void mend_tile(Problem const& p, Bound const& e, prepared_operands<Problem> const& readers, query_tile_at at,
                          Scratch& s, Source& source) {
    source.read_values(values_read::finite);
    forward_tile<Shape>(p, e, readers, at, s, source);
    const non_finite_keys<Shape.lanes, Problem> found(p, at.here);
    for (index r = 0; r < at.count; ++r)
        found.add_to(p, e, readers, at.here, at.begin + r,
                     s.output.data() + r * Shape.padded_channels(p.operand.v.channels()));
}

template <cpu_shape Shape, class Problem, class Scratch>
bool is_spoiled(Problem const& p, query_tile_at at, Scratch const& s) {
    const index channels = p.operand.v.channels(), padded = Shape.padded_channels(channels);
    if (all_finite<Shape.lanes>(s.output.data(), at.count * padded)) [[likely]]
        return false;
    for (index r = 0; r < at.count; ++r)
        if (spoiled<Shape.lanes>(s.output.data() + r * padded, channels, sum_of(s.states[r].sum))) return true;
    return false;
}

// One query tile of one head, in the order of the queue.
struct tile_job {
    index turn; // all of one turn come before those of the next
    index pair, head_in_group, tile, length;
};

// Longest first; equals in the order they came: by tile, pair and head.
inline bool goes_before(tile_job const& a, tile_job const& b) {
    if (a.turn != b.turn) return a.turn < b.turn;
    if (a.length != b.length) return a.length > b.length;
    if (a.tile != b.tile) return a.tile < b.tile;
    return a.pair != b.pair ? a.pair < b.pair : a.head_in_group < b.head_in_group;
}
inline void sort_longest_first(arena_array<tile_job> jobs) {
    for (index gap = jobs.size() / 2; gap > 0; gap /= 2)
        for (index i = gap; i < jobs.size(); ++i) {
            const tile_job job = jobs[i];
            index j = i;
            for (; j >= gap && goes_before(job, jobs[j - gap]); j -= gap) jobs[j] = jobs[j - gap];
            jobs[j] = job;
        }
}

// How a run cuts its work, and all the memory that it takes.
template <cpu_shape Shape, class Problem> struct prefill_plan {
    using bound_type = decltype(bind_problem(std::declval<Problem const&>(), at_head{}, strip_store{}));
    using scratch_type = tile_scratch<Shape, bound_type, strips_needed<Problem>>;

    index channels, value_channels, group;
    index pairs, query_tiles, key_tiles; // (batch, kv head) pairs; tiles of one of their heads
    packed_operands<Shape> packed;
    tiles_packed when;
    index in_wave; // pairs that are packed together
    index workers;
    arena_array<scratch_type> scratch; // of each worker
    arena_array<tile_job> jobs; // of a wave

    prefill_plan(Problem const& p, index concurrency, index packing_budget)
        : channels(p.q().channels()),
          value_channels(p.operand.v.channels()),
          group(p.group()),
          pairs(p.q().batches() * p.k().heads()),
          query_tiles(ceil_div(p.q().positions(), index{Shape.query_tile})),
          key_tiles(ceil_div(p.k().positions(), index{Shape.key_tile})),
          packed(key_tiles, channels, value_channels),
          when(group * query_tiles > 1 && packed.pair_bytes() <= packing_budget ? tiles_packed::ahead
                                                                                : tiles_packed::visited),
          in_wave(when == tiles_packed::visited ? pairs : pairs_of_wave(concurrency, packing_budget)),
          workers(
              workers_for(in_wave * greatest(group * query_tiles, when == tiles_packed::ahead ? key_tiles : index{0}),
                          concurrency)) {}

    // No more than keep the workers busy: the next wave takes the same memory, which is in their caches by then.
    index pairs_of_wave(index concurrency, index packing_budget) const {
        constexpr index jobs_each = 16; // of a worker
        const index bytes_each = index{concurrency == 1 ? 2 : 4} << 20; // several meet at the end of each wave
        const index bytes = greatest(packed.pair_bytes(), index{1});
        const index by_bytes = ceil_div(bytes_each * concurrency, bytes);
        const index by_jobs = concurrency == 1 ? 1 : ceil_div(jobs_each * concurrency, group * query_tiles);
        const index most = greatest(index{1}, least(packing_budget / bytes, greatest(by_bytes, by_jobs)));
        return ceil_div(pairs, ceil_div(pairs, most)); // waves of one size
    }

    void take(arena& from) {
        scratch = from.make<scratch_type>(workers, channels, value_channels, when);
        packed.take(from, when == tiles_packed::ahead ? in_wave : 0);
        jobs = from.take<tile_job>(in_wave * group * query_tiles);
    }
};

template <cpu_shape Shape, class Problem, executor E>
void prefill(Problem const& p, E& executor, index packing_budget) {
    static_assert(can_work(Shape),
                  "fovea: cpu_shape: query_tile is a multiple of score.rows and value.rows, value.rows of score.rows, "
                  "key_tile of lanes * score.vectors and at most 64 vectors of weights, and score.vectors is even");
    static_assert(fits_matrix_unit(Shape),
                  "fovea: cpu_shape: bf16_tiles works on 16 lanes, with scores of 16 rows x 4 vectors and values of 32 "
                  "rows x 2 vectors");
    using plan_type = prefill_plan<Shape, Problem>;
    using scratch_type = typename plan_type::scratch_type;
    auto const& q = p.q();
    auto const& k = p.k();
    const prepared_operands<Problem> readers(p);
    plan_type plan(p, executor.concurrency(), packing_budget);
    const buffer<std::byte> memory = in_one_block([&](arena& from) { plan.take(from); });
    const index group = plan.group, key_tiles = plan.key_tiles, query_tiles = plan.query_tiles;
    const bool ahead = plan.when == tiles_packed::ahead;

    const auto head_of = [&](index pair, index head_in_group) {
        const index kv_head = pair % k.heads();
        return at_head{pair / k.heads(), kv_head * group + head_in_group, kv_head};
    };
    const auto length_of = [&](index pair, index head_in_group, index tile) {
        const at_head here = head_of(pair, head_in_group);
        const index first = q.first + tile * Shape.query_tile;
        const index last = q.first + least((tile + 1) * Shape.query_tile, q.positions()) - 1;
        return live_work(p.scored.mask, {here.batch, here.head, here.kv_head, {first, last}, {}, q.first, k.first},
                         {k.first, k.positions(), Shape.key_tile});
    };
    constexpr dependence varies = std::remove_cvref_t<decltype(p.scored.mask)>::depends;

    for (index wave = 0; wave < plan.pairs; wave += plan.in_wave) {
        const index count = least(plan.in_wave, plan.pairs - wave);
        if (ahead)
            share_out(executor, plan.workers, count * key_tiles, [&](index worker, index i) {
                tile_source<Shape, Problem, scratch_type> source(p, readers, head_of(wave + i / key_tiles, 0),
                                                                 plan.scratch[worker]);
                source.pack_keys(i % key_tiles, plan.packed.keys.data() + i * plan.packed.key_words);
                source.pack_values(i % key_tiles, plan.packed.values.data() + i * plan.packed.value_words);
            });

        const auto jobs = plan.jobs.first(count * group * query_tiles);
        // Pairs take turns where each has work enough for all workers: keys and values are in their caches then.
        const bool by_turns = group * query_tiles >= 4 * plan.workers;
        for (index tile = 0, n = 0; tile < query_tiles; ++tile) {
            index length = 0;
            for (index i = 0; i < count; ++i)
                for (index g = 0; g < group; ++g) {
                    if (varies.batch || varies.head || (i == 0 && g == 0)) length = length_of(wave + i, g, tile);
                    jobs[n++] = {by_turns ? i : 0, wave + i, g, tile, length};
                }
        }
        sort_longest_first(jobs);
        share_out(executor, plan.workers, jobs.size(), [&](index worker, index i) {
            const tile_job job = jobs[i];
            const query_tile_at at{head_of(job.pair, job.head_in_group), job.tile * Shape.query_tile,
                                   least(index{Shape.query_tile}, q.positions() - job.tile * Shape.query_tile)};
            scratch_type& s = plan.scratch[worker];
            const auto e = bind_problem(p, at.here, strip_store{s.strips.data(), scratch_type::strip_length});
            tile_source<Shape, Problem, scratch_type> source(p, readers, at.here, s);
            if (ahead) source.use(plan.packed, job.pair - wave);
            forward_tile<Shape>(p, e, readers, at, s, source);
            if constexpr (Problem::has_values)
                if (is_spoiled<Shape>(p, at, s)) mend_tile<Shape>(p, e, readers, at, s, source);
            write_tile<Shape>(p, e, at, s);
        });
    }
}

} // namespace v0_1
} // namespace fovea
