// A few query rows against many keys: decoding with a cache. The query heads of a group are packed together, the keys
// are read from where they lie and split over workers in fixed pieces, and the pieces are merged in order.
//
//     unit = (batch, kv head, piece of keys)      rows = group x queries
//
// The pieces depend on the numbers of keys and rows alone: results do not depend on the batch or on the workers.
#pragma once
#include "fovea/attend/packed_rows.hpp"
#include "fovea/engine/cpu/block_fragment.hpp"
#include "fovea/engine/cpu/block_rows.hpp"
#include "fovea/engine/cpu/write.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Whether the rows of a key head are few: all together, or those of each of its query heads, as each would read all
// that is packed for a query tile that it hardly fills.
constexpr bool are_few(index queries, index group) {
    const index rows = queries * group;
    return rows <= 16 || queries <= 4 || (queries <= 8 && rows <= 32);
}

// Keys of one piece: at most 64 pieces, none shorter than 512 keys. Many rows leave much behind in each: at most 16.
constexpr index piece_of(index keys, index rows) {
    const index most = least(index{64}, greatest(index{16}, 1024 / greatest(rows, index{1})));
    return greatest(index{512}, round_up(ceil_div(keys, most), index{decode_block}));
}

// A run of keys of one head.
struct key_piece {
    index batch, kv_head, begin, end;
};

struct decode_pieces {
    index keys, size, count;
    decode_pieces(index n, index rows)
        : keys(n), size(piece_of(n, rows)), count(greatest(index{1}, ceil_div(n, size))) {}
    index begin(index i) const { return i * size; }
    index end(index i) const { return least((i + 1) * size, keys); }
};

// Rows worked on together: eight, four or one, two of short vectors; some may not exist. f(constant_size<R>{}, first).
template <int N, class F> void each_row_group(index rows, F const& f) {
    index r = 0;
    while (rows - r > 1) {
        if constexpr (N <= 8)
            if (rows - r == 2) return f(constant_size<2>{}, r);
        if constexpr (N >= 8)
            if (rows - r > 5) {
                f(constant_size<8>{}, r);
                r += 8;
                continue;
            }
        f(constant_size<4>{}, r);
        r += 4;
    }
    if (r < rows) f(constant_size<1>{}, r);
}
// The rows of all groups.
template <int N> index grouped_rows(index rows) {
    index end = 0;
    each_row_group<N>(rows, [&](auto n, index r) { end = r + n(); });
    return end;
}

// What one piece of keys leaves behind for its rows.
template <int Moments> struct piece_result {
    row_total<Moments>* totals; // rows
    float* output; // rows x padded value channels
};

// What a run multiplies: keys and values as their words.
template <cpu_shape Shape, class Problem> struct decode_operands {
    using q_type = typename prepared_operands<Problem>::q_type;
    using k_type = typename prepared_operands<Problem>::k_type;
    // without values none are read
    using v_type = std::conditional_t<Problem::has_values, decltype(decltype(Problem::operand)::v), k_type>;
    using keys_type = block_rows<Shape, k_type>;
    using values_type = block_rows<Shape, v_type>;
    using key_words = typename keys_type::words;
    using value_words = typename values_type::words;
};

// One worker's memory: its rows, to whole groups.
template <cpu_shape Shape, class Problem, class Bound> struct decode_scratch {
    using operands = decode_operands<Shape, Problem>;
    using state_type = row_state_for<Shape, Bound>;
    arena_array<float> queries, scores, output, row, copy; // row, copy: of queries, keys and values in turn
    arena_array<state_type> states;
    arena_array<Bound> bound;
    arena_array<coverage> covered; // of a block, by each row
    decode_scratch(arena& from, index rows, index channels, index value_channels) {
        const index whole = operands::key_words::whole(channels), grouped = grouped_rows<Shape.lanes>(rows);
        queries = from.take<float>(
            laid_out<Shape, typename operands::keys_type::element>(grouped, whole / operands::key_words::channels));
        scores = from.take<float>(grouped * decode_block);
        const index whole_values = operands::value_words::whole(value_channels), most = greatest(whole, whole_values);
        output = from.take<float>(grouped * whole_values);
        row = from.take<float>(most);
        copy = from.take<float>(decode_block * most);
        states = from.take<state_type>(rows);
        bound = from.take<Bound>(rows);
        covered = from.take<coverage>(rows);
    }
};

// next: what this worker will probably read after this piece; may be empty.
template <cpu_shape Shape, class Problem, class Bound>
[[gnu::noinline]] void decode_piece(Problem const& p, prepared_operands<Problem> const& readers, key_piece piece,
                                    key_piece next, decode_scratch<Shape, Problem, Bound>& s,
                                    piece_result<Bound::moment_count> result,
                                    values_read how = values_read::as_they_are) {
    constexpr int n = Shape.lanes;
    using operands = decode_operands<Shape, Problem>;
    using key_element = typename operands::keys_type::element;
    auto const& q = p.q();
    auto const& k = p.k();
    const index batch = piece.batch, kv_head = piece.kv_head;
    const index rows = q.positions() * p.group(), grouped = grouped_rows<n>(rows);
    const packed_rows packed{batch, kv_head, p.group()};
    const block_memory memory{s.row.data(), s.copy.data()};
    typename operands::keys_type keys(readers.k, batch, kv_head, memory);
    const index words = keys.channels() / operands::key_words::channels;
    [[maybe_unused]] const index value_channels = operands::value_words::whole(p.operand.v.channels());

    for (index i = 0; i < s.queries.size(); ++i) s.queries[i] = 0;
    for (index i = 0; i < s.output.size(); ++i) s.output[i] = 0;
    each_row_group<n>(rows, [&](auto size, index first) {
        for (index r = first; r < least(first + size(), rows); ++r) {
            row_reader<typename operands::q_type, n> reader(readers.q, batch, packed.head(r).head);
            reader.read(packed.position(r), s.row.data());
            for (index c = q.channels(); c < keys.channels(); ++c) s.row[c] = 0;
            lay_out_query<Shape, key_element, size()>(s.row.data(), static_cast<int>(r - first), words,
                                                      s.queries.data() + laid_out<Shape, key_element>(first, words));
        }
    });
    for (index r = 0; r < rows; ++r) {
        new (s.bound.data() + r) Bound(bind_problem(p, packed.head(r), no_strips{}));
        s.states[r].clear(splat<n>(0.f), splat<n>(masked_score));
    }

    // The block after b, of the same operand: whoever reads a stream sees that it goes on.
    const auto ahead_of = [&](auto const& o, index b, index work) {
        b += decode_block;
        if (b < piece.end) return rows_ahead(o, batch, kv_head, b, piece.end, work);
        return rows_ahead(o, next.batch, next.kv_head, next.begin, next.end, work);
    };
    for (index b = piece.begin; b < piece.end; b += decode_block) {
        const index count = least(index{decode_block}, piece.end - b);
        const auto box_of = [&](index r) {
            const index query = q.first + packed.position(r);
            const at_head at = packed.head(r);
            return element_box{at.batch, at.head, at.kv_head, {query, query}, {k.first + b, k.first + b + count - 1},
                               q.first,  k.first};
        };
        const auto row_coverage = [&](index r) {
            const coverage c = covers(s.bound[r].mask, box_of(r));
            return c == coverage::all && count < decode_block ? coverage::some : c;
        };
        bool live = false;
        for (index r = 0; r < rows; ++r) {
            s.covered[r] = row_coverage(r);
            live = live || s.covered[r] != coverage::none;
        }
        if (!live) continue;

        const index blocks = ceil_div(count, index{n});
        // A row's softmax takes about as long as the products of as many vectors. While half of the rows have theirs,
        // keys are asked for, and values while the others have it: at an even rate.
        constexpr index softmax_work = decode_block;
        const index half = rows / 2;
        auto ahead =
            ahead_of(p.operand.k, b, grouped * blocks * words * operands::key_words::factors + half * softmax_work);
        const auto score = [&](key_element const* data, index stride, index first, index some) {
            each_row_group<n>(rows, [&](auto size, index r) {
                dot_rows<Shape, size()>(data, stride, some / n,
                                        s.queries.data() + laid_out<Shape, key_element>(r, words), words,
                                        s.scores.data() + r * decode_block + first, ahead);
            });
        };
        keys.template with<n>(p.operand.k, b, count, values_read::as_they_are, score);
        for (index r = 0; r < rows; ++r) {
            if constexpr (Problem::has_values)
                if (r == half)
                    ahead = ahead_of(p.operand.v, b,
                                     grouped * count * (value_channels / n) / operands::value_words::keys +
                                         (rows - half) * softmax_work);
            ahead.step(softmax_work);
            float* scores = s.scores.data() + r * decode_block;
            const bool dead = s.covered[r] == coverage::none;
            for (index j = dead ? 0 : blocks * n; j < decode_block; ++j) scores[j] = 0;
            if (dead) continue;
            block_fragment<Shape, weight_terms<Shape, Bound>> fragment{
                packed.head(r), q.first + packed.position(r), q.first, k.first, k.first + b, count, scores};
            auto& state = s.states[r];
            // The masked step serves full blocks too: beside two products it costs nothing, and halves the code.
            const auto weigh = [&](auto const& e) {
                for (; fragment.first < decode_block; fragment.first += fragment.keys)
                    weigh_row<coverage::some>(fragment, 0, state, e);
            };
            if constexpr (has_settling<decltype(Bound::score)>) {
                if (settles(s.bound[r].score, box_of(r))) weigh(settled(s.bound[r], fragment.element()));
                else weigh(s.bound[r]);
            } else weigh(s.bound[r]);
            if (!(state.alpha == 1)) {
                float* output = s.output.data() + r * value_channels;
                for (index c = 0; c < value_channels; ++c) output[c] *= state.alpha;
                state.alpha = 1;
            }
        }
        if constexpr (Problem::has_values) {
            const prepared plain(p.operand.v);
            typename operands::values_type values(plain, batch, kv_head, memory);
            constexpr int unit = operands::value_words::keys;
            const auto sum = [&](auto const* data, index stride, index first, index some) {
                each_row_group<n>(rows, [&](auto size, index r) {
                    auto const* weights = reinterpret_cast<word const*>(s.scores.data() + r * decode_block);
                    add_rows<Shape, size()>(data, stride, some, weights + first / unit, value_channels,
                                            s.output.data() + r * value_channels, ahead);
                });
            };
            values.template with<unit>(p.operand.v, b, count, how, sum);
        }
    }
    if constexpr (Problem::has_values)
        operands::value_words::in_order(s.output.data(), result.output, rows * value_channels);
    for (index r = 0; r < rows; ++r) result.totals[r] = folded(s.states[r]);
}

// The pieces of one (batch, kv head) merged in order into the first.
template <int N, class Problem, int Moments>
void merge_rows(index rows, index channels, index pieces, piece_result<Moments> first) {
    for (index r = 0; r < rows; ++r) {
        row_total<Moments>& total = first.totals[r];
        float* output = first.output + r * channels;
        for (index i = 1; i < pieces; ++i) {
            const float* other = first.output + (i * rows + r) * channels;
            if (first.totals[i * rows + r].fresh) continue;
            const merge_scales w =
                merge_pieces<decltype(Problem::scored.normaliser)>(total, first.totals[i * rows + r]);
            for (index c = 0; c < channels; c += N)
                store(output + c, w.joined(load<N>(output + c), load<N>(other + c)));
        }
    }
}

// Merged, mended where a value that is not finite spoiled a row, and written.
template <cpu_shape Shape, class Problem, class Bound>
FOVEA_COLD void finish_pieces(Problem const& p, prepared_operands<Problem> const& readers, index batch, index kv_head,
                              decode_pieces cut, decode_scratch<Shape, Problem, Bound>& s,
                              piece_result<Bound::moment_count> first) {
    const index queries = p.q().positions(), rows = queries * p.group(), value_channels = p.operand.v.channels();
    constexpr int n = Shape.lanes;
    const index channels = decode_operands<Shape, Problem>::value_words::whole(value_channels);
    const packed_rows packed{batch, kv_head, p.group()};
    merge_rows<n, Problem>(rows, channels, cut.count, first);
    if constexpr (Problem::has_values) {
        bool any = false;
        for (index r = 0; r < rows; ++r)
            any = any || spoiled<n>(first.output + r * channels, value_channels, first.totals[r].sum);
        if (__builtin_expect(any, 0)) {
            for (index i = 0; i < cut.count; ++i)
                decode_piece<Shape>(p, readers, {batch, kv_head, cut.begin(i), cut.end(i)}, {}, s,
                                    {first.totals + i * rows, first.output + i * rows * channels}, values_read::finite);
            merge_rows<n, Problem>(rows, channels, cut.count, first);
            const non_finite_keys<n, Problem> found(p, {batch, kv_head * p.group(), kv_head});
            for (index r = 0; r < rows; ++r) {
                const Bound e = bind_problem(p, packed.head(r), no_strips{});
                found.add_to(p, e, readers, packed.head(r), packed.position(r), first.output + r * channels);
            }
        }
    }
    for (index r = 0; r < rows; ++r) {
        const auto result = finish_as<decltype(Problem::scored.normaliser), Bound::wanted>(
            first.totals[r], bind_problem(p, packed.head(r), no_strips{}).sink);
        write_row<n>(p, result, first.output + r * channels, packed.head(r), packed.position(r));
    }
}

} // namespace v0_1
} // namespace fovea
