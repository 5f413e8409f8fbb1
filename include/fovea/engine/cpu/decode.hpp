// A few query rows against many keys: decoding with a cache. The query heads of a group are packed together, the keys
// are read from where they lie and split over workers in fixed pieces, and the pieces are merged in order.
//
//     unit = (batch, kv head, piece of keys)      rows = group x queries, at most longest_decode
//
// The pieces depend on the number of keys alone, so results do not depend on the batch or on the number of workers.
#pragma once
#include "fovea/attend/walk.hpp"
#include "fovea/engine/cpu/decode_products.hpp"
#include "fovea/engine/cpu/write.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

inline constexpr index longest_decode = 16; // rows; above, packing pays
inline constexpr int decode_block = 32; // keys worked on at once: K and V of a block, and the next, stay in L1

// Keys of one piece: at most 64 pieces, none shorter than 512 keys.
constexpr index piece_of(index keys) {
    return greatest(index{512}, round_up(ceil_div(keys, index{64}), index{decode_block}));
}

struct decode_pieces {
    index keys, size, count;
    explicit decode_pieces(index n) : keys(n), size(piece_of(n)), count(greatest(index{1}, ceil_div(n, piece_of(n)))) {}
    index begin(index i) const { return i * size; }
    index end(index i) const { return least((i + 1) * size, keys); }
};

// The fragment: one row's scores of a block of keys, in memory.
template <int N> struct block_fragment {
    static constexpr int cols = decode_block / N;
    using value_type = real_lanes<N>;

    at_head where;
    index query, first_query, first_key;
    index key, valid; // first key of the block; keys that exist
    float* scores;

    FOVEA_HOST_DEVICE lane_context<N> here(int, int j) const {
        const index at = j * N;
        return {where.batch,
                where.head,
                where.kv_head,
                query,
                {key, iota<N>() + j * N},
                first_query,
                first_key,
                load<N>(scores + at),
                valid - at,
                0,
                0};
    }
    template <class M> FOVEA_HOST_DEVICE lane_mask<N> attended(int, int j, M m) const {
        return iota<N>() + j * N < splat<N>(static_cast<std::int32_t>(valid)) && as_mask<N>(m);
    }
    FOVEA_HOST_DEVICE static value_type all(float x) { return splat<N>(x); }
    FOVEA_HOST_DEVICE static value_type exp2(value_type x) { return fovea::exp2(x); }
    FOVEA_HOST_DEVICE static value_type larger(value_type a, value_type b) { return max(a, b); }
    FOVEA_HOST_DEVICE static value_type inverse(value_type x) { return all(1.f) / x; }
    FOVEA_HOST_DEVICE static bool above(value_type x, float limit) { return any_greater(x, splat<N>(limit)); }
    template <class Op> FOVEA_HOST_DEVICE static float across(value_type x, Op op) { return fold(x, op); }
    FOVEA_HOST_DEVICE value_type put(int, int j, value_type a, value_type b, value_type sum) const {
        store(scores + j * N, a);
        store(scores + (j + 1) * N, b);
        return sum + (a + b);
    }
    // No weights of this row are waiting.
    struct nothing_put {
        void rescale(int, float) const {}
    };
    FOVEA_HOST_DEVICE nothing_put place() const { return {}; }
};

// Rows of an operand for the products: in place where they lie in whole vectors, otherwise read a block at a time.
template <operand O, int N> class block_rows {
public:
    static constexpr bool in_place_type = view<O>;
    using element = element_of_operand<O>;

    block_rows(prepared<O> const& p, index batch, index head) : reader_(p, batch, head), batch_(batch), head_(head) {}
    index padded() const { return round_up(reader_.channels(), index{N}); }
    // Whether the products read the rows where they lie, and so in their loaded order.
    bool in_place(O const& source, values_read how) const {
        if constexpr (view<O>)
            return how == values_read::as_they_are && source.layout.stride.channel == 1 && source.channels() % N == 0;
        else return false;
    }

    // f(pointer, stride, padded channels) on rows [begin, begin + count).
    template <class F> void with(O const& source, index begin, index count, values_read how, F const& f) {
        if constexpr (view<O>)
            if (in_place(source, how)) {
                f(static_cast<element const*>(source.row(batch_, head_, begin)), source.layout.stride.position);
                return;
            }
        if (copy_.size() == 0) copy_ = buffer<float>(decode_block * padded());
        for (index i = 0; i < count; ++i) {
            float* row = copy_.data() + i * padded();
            for (index c = reader_.channels(); c < padded(); ++c) row[c] = 0;
            reader_.read(begin + i, row);
            if (how == values_read::finite) clear_non_finite(row, reader_.channels());
        }
        f(static_cast<float const*>(copy_.data()), padded());
    }

private:
    row_reader<O, N> reader_;
    index batch_, head_;
    buffer<float> copy_;
};

// Rows of an operand that the products read in place, from `begin` on, asked for while `work` vectors are multiplied.
template <class O> read_ahead rows_ahead(O const& o, index batch, index head, index begin, index count, index work) {
    if constexpr (view<O>) {
        constexpr index size = sizeof(typename O::element);
        if (count > 0 && o.layout.stride.channel == 1)
            return {reinterpret_cast<char const*>(o.row(batch, head, begin)), o.layout.stride.position * size,
                    o.channels() * size, least(count, index{decode_block}), work};
    }
    return {};
}

// product<R>(first row) for all rows, by four, two and one: by three would be one more kernel to compile.
template <class F> void four_at_a_time(index rows, F const& product) {
    index r = 0;
    for (; r + 4 <= rows; r += 4) product(constant_size<4>{}, r);
    for (; r + 2 <= rows; r += 2) product(constant_size<2>{}, r);
    if (r < rows) product(constant_size<1>{}, r);
}

// What one piece of keys leaves behind for its rows.
template <int Moments> struct piece_result {
    row_total<Moments>* totals; // rows
    float* output; // rows x padded value channels
};

template <int N, class Problem, class Bound> struct decode_scratch {
    using state_type = row_state<real_lanes<N>, Bound::moment_count>;
    buffer<float> queries, scores;
    buffer<state_type> states;
    buffer<Bound> bound;
    decode_scratch(index rows, index padded)
        : queries(rows * padded), scores(rows * decode_block), states(rows), bound(rows) {}
};

template <int N, class Problem, class Bound>
[[gnu::noinline]] void decode_piece(Problem const& p, prepared_operands<Problem> const& readers, index batch,
                                    index kv_head, index begin, index end, decode_scratch<N, Problem, Bound>& s,
                                    piece_result<Bound::moment_count> result,
                                    values_read how = values_read::as_they_are) {
    using q_type = typename prepared_operands<Problem>::q_type;
    using k_type = typename prepared_operands<Problem>::k_type;
    using v_type = decltype(p.operand.v);
    auto const &q = p.q(), &k = p.k();
    const index queries = q.positions(), rows = queries * p.group(), d = round_up(q.channels(), index{N});
    const index value_channels = round_up(p.operand.v.channels(), index{N});
    const auto row_at = [&](index r) { return at_head{batch, kv_head * p.group() + r / queries, kv_head}; };
    block_rows<k_type, N> keys(readers.k, batch, kv_head);
    const bool keys_in_place = keys.in_place(p.operand.k, values_read::as_they_are);

    for (index g = 0; g < p.group(); ++g) {
        row_reader<q_type, N> reader(readers.q, batch, kv_head * p.group() + g);
        for (index i = 0; i < queries; ++i) {
            float* row = s.queries.data() + (g * queries + i) * d;
            for (index c = q.channels(); c < d; ++c) row[c] = 0;
            reader.read(i, row);
            if (keys_in_place) reorder<element_order::loaded, N, element_of_operand<k_type>>(row, d);
        }
    }
    for (index r = 0; r < rows; ++r) {
        new (s.bound.data() + r) Bound(bind_problem(p, row_at(r), no_strips{}));
        s.states[r].clear(splat<N>(0.f), splat<N>(masked_score));
    }
    for (index i = 0; i < rows * value_channels; ++i) result.output[i] = 0;

    for (index b = begin; b < end; b += decode_block) {
        const index count = least(index{decode_block}, end - b);
        const auto row_coverage = [&](index r) {
            const index query = q.first + r % queries;
            const at_head at = row_at(r);
            const element_box box{at.batch, at.head, at.kv_head, {query, query}, {k.first + b, k.first + b + count - 1},
                                  q.first,  k.first};
            const coverage c = covers(s.bound[r].mask, box);
            return c == coverage::all && count < decode_block ? coverage::some : c;
        };
        coverage covered[longest_decode];
        bool live = false;
        for (index r = 0; r < rows; ++r) {
            covered[r] = row_coverage(r);
            live = live || covered[r] != coverage::none;
        }
        if (!live) continue;

        auto ahead = rows_ahead(p.operand.v, batch, kv_head, b, count, rows * count * (d / N));
        keys.with(p.operand.k, b, count, values_read::as_they_are, [&](auto const* data, index stride) {
            four_at_a_time(rows, [&](auto n, index r) {
                dot_rows<static_cast<int>(decltype(n)::value), N>(data, stride, count, s.queries.data() + r * d, d, d,
                                                                  s.scores.data() + r * decode_block, decode_block,
                                                                  ahead);
            });
        });
        for (index r = 0; r < rows; ++r) {
            float* scores = s.scores.data() + r * decode_block;
            if (covered[r] == coverage::none) {
                for (int j = 0; j < decode_block; ++j) scores[j] = 0;
                continue;
            }
            for (index j = count; j < decode_block; ++j) scores[j] = 0;
            block_fragment<N> fragment{row_at(r), q.first + r % queries, q.first, k.first, k.first + b, count, scores};
            auto& state = s.states[r];
            // The masked step serves full blocks too: beside two products it costs nothing, and halves the code.
            if constexpr (Problem::normalised) {
                step_row<coverage::some>(fragment, 0, state, s.bound[r]);
                if (!(state.alpha == 1)) {
                    float* output = result.output + r * value_channels;
                    for (index c = 0; c < value_channels; c += N) store(output + c, load<N>(output + c) * state.alpha);
                    state.alpha = 1;
                }
            } else sigmoid_row<coverage::some>(fragment, 0, state, s.bound[r]);
        }
        if constexpr (Problem::has_values) {
            const prepared plain(p.operand.v);
            block_rows<v_type, N> values(plain, batch, kv_head);
            const index next = b + decode_block;
            ahead = rows_ahead(p.operand.k, batch, kv_head, next, end - next, rows * count * (value_channels / N));
            values.with(p.operand.v, b, count, how, [&](auto const* data, index stride) {
                four_at_a_time(rows, [&](auto n, index r) {
                    add_rows<static_cast<int>(decltype(n)::value), N>(
                        data, stride, count, s.scores.data() + r * decode_block, decode_block, value_channels,
                        result.output + r * value_channels, value_channels, ahead);
                });
            });
        }
    }
    if constexpr (Problem::has_values)
        if (block_rows<v_type, N>(prepared(p.operand.v), batch, kv_head).in_place(p.operand.v, how))
            for (index r = 0; r < rows; ++r)
                reorder<element_order::memory, N, element_of_operand<v_type>>(result.output + r * value_channels,
                                                                              value_channels);
    for (index r = 0; r < rows; ++r) result.totals[r] = folded<Bound::moment_count>(s.states[r]);
}

// The pieces of one (batch, kv head) merged in order into the first.
template <int N, class Problem, int Moments>
void merge_pieces(index rows, index channels, index pieces, piece_result<Moments> first) {
    for (index r = 0; r < rows; ++r) {
        row_total<Moments>& total = first.totals[r];
        float* output = first.output + r * channels;
        for (index i = 1; i < pieces; ++i) {
            const float* other = first.output + (i * rows + r) * channels;
            merge_scales w{1, 1};
            if constexpr (Problem::normalised) w = merge(total, first.totals[i * rows + r]);
            else add(total, first.totals[i * rows + r]);
            if (w.second == 0 && w.first == 1) continue;
            for (index c = 0; c < channels; c += N) {
                const auto a = w.first == 0 ? splat<N>(0.f) : load<N>(output + c) * w.first;
                store(output + c, fma(load<N>(other + c), w.second, a));
            }
        }
    }
}

// Merged, mended where a value that is not finite spoiled a row, and written.
template <int N, class Problem, class Bound>
FOVEA_COLD void finish_pieces(Problem const& p, prepared_operands<Problem> const& readers, index batch, index kv_head,
                              decode_pieces cut, decode_scratch<N, Problem, Bound>& s,
                              piece_result<Bound::moment_count> first) {
    const index queries = p.q().positions(), rows = queries * p.group(), value_channels = p.operand.v.channels();
    const index channels = round_up(value_channels, index{N});
    const auto head_of = [&](index r) { return at_head{batch, kv_head * p.group() + r / queries, kv_head}; };
    merge_pieces<N, Problem>(rows, channels, cut.count, first);
    if constexpr (Problem::has_values) {
        bool any = false;
        for (index r = 0; r < rows; ++r)
            any = any || spoiled<N>(first.output + r * channels, value_channels, first.totals[r].sum);
        if (__builtin_expect(any, 0)) {
            for (index i = 0; i < cut.count; ++i)
                decode_piece<N>(p, readers, batch, kv_head, cut.begin(i), cut.end(i), s,
                                {first.totals + i * rows, first.output + i * rows * channels}, values_read::finite);
            merge_pieces<N, Problem>(rows, channels, cut.count, first);
            const non_finite_keys<N, Problem> found(p, {batch, kv_head * p.group(), kv_head});
            for (index r = 0; r < rows; ++r) {
                const Bound e = bind_problem(p, head_of(r), no_strips{});
                if (found.attended_by(p, e, head_of(r), r % queries))
                    resum_row<N>(p, e, readers, head_of(r), r % queries, first.totals[r].reference,
                                 first.output + r * channels);
            }
        }
    }
    for (index r = 0; r < rows; ++r) {
        row_result<Bound::moment_count> result;
        if constexpr (Problem::normalised)
            result = finish(first.totals[r], bind_problem(p, head_of(r), no_strips{}).sink);
        else result = finish_unnormalised(first.totals[r]);
        write_row<N>(p, result, first.output + r * channels, head_of(r), r % queries);
    }
}

} // namespace v0_1
} // namespace fovea
