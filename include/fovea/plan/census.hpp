// What a problem costs before it runs: its tiles by coverage, the elements it attends, the bytes it must move.
//
//     census c = take_census(problem, tile_size{96, 256});      c.full, c.partial, c.attended, c.bytes_read
//
// Units: tiles, elements and bytes of all batches and heads together.
#pragma once
#include <string>

#include "fovea/attend/walk.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/plan/problem.hpp"
#include "fovea/tensor/repeated.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct [[gnu::visibility("default")]] tile_size {
    index queries, keys;
};

// attended: -1 where counting would take too long, or where the product of query and key decides.
struct [[gnu::visibility("default")]] census {
    index full = 0, partial = 0, dead = 0;
    index live_elements = 0, attended = 0;
    index bytes_read = 0, bytes_written = 0;
};

// One element, for the point reading of masks and biases.
struct plain_element {
    index batch, head, kv_head, query, key, first_query, first_key;
    float score = 0;
    template <view V> float read_bias(V const& t, index row, index column) const {
        return static_cast<float>(repeated_at(t, batch, head, row, column));
    }
};

// Attended elements of a mask, by halving what the interval reading cannot decide.
template <class Mask> class attended_counter {
public:
    explicit attended_counter(Mask const& mask) : mask_(mask) {}
    index count(element_box const& box) {
        if (Mask::depends.score || work_ > most_work) return 0;
        const coverage c = covers(mask_, box);
        const index rows = box.query.hi - box.query.lo + 1, columns = box.key.hi - box.key.lo + 1;
        ++work_;
        if (c == coverage::none) return 0;
        if (c == coverage::all) return rows * columns;
        if (rows * columns <= 32) return count_points(box);
        element_box first = box, second = box;
        if (rows > columns) second.query.lo = (first.query.hi = box.query.lo + rows / 2 - 1) + 1;
        else second.key.lo = (first.key.hi = box.key.lo + columns / 2 - 1) + 1;
        return count(first) + count(second);
    }
    bool gave_up() const { return Mask::depends.score || work_ > most_work; }

private:
    static constexpr index most_work = index{1} << 22; // some tenths of a second

    index count_points(element_box const& box) {
        index n = 0;
        for (index q = box.query.lo; q <= box.query.hi; ++q)
            for (index k = box.key.lo; k <= box.key.hi; ++k)
                n += mask_(plain_element{box.batch, box.head, box.kv_head, q, k, box.first_query, box.first_key}) ? 1
                                                                                                                  : 0;
        return n;
    }
    Mask const& mask_;
    index work_ = 0;
};

template <view V> constexpr index bytes_of(V const& v) {
    return v.batches() * v.heads() * v.positions() * v.channels() * static_cast<index>(sizeof(typename V::element));
}

// Bytes of the tensors and tables that an expression brings along.
struct bytes_beside {
    index& bytes;
    template <class E> void operator()(E const& e) const {
        if constexpr (reads_table<E>) bytes += e.op.source.size() * static_cast<index>(sizeof(*e.op.source.data));
        if constexpr (requires { bytes_of(e.tensor); }) bytes += bytes_of(e.tensor);
        if constexpr (requires { e.each(*this); }) e.each(*this);
    }
};

template <class Problem> census take_census(Problem const& p, tile_size tile) {
    auto const& q = p.q();
    auto const& k = p.k();
    auto const& mask = p.scored.mask;
    using mask_type = std::remove_cvref_t<decltype(mask)>;
    attended_counter<mask_type> counter(mask);
    constexpr bool one_for_all = !mask_type::depends.batch && !mask_type::depends.head;
    const index heads = q.batches() * q.heads(), key_tiles = ceil_div(k.positions(), tile.keys);

    census c;
    index keys_read = 0;                                         // of all batches and key heads
    std::string touched(static_cast<std::size_t>(key_tiles), 0); // by the heads of a group
    const index counted = one_for_all ? 1 : heads, times_over = one_for_all ? heads : 1;
    for (index i = 0; i < counted; ++i) {
        const index head = i % q.heads();
        element_box box{i / q.heads(), head, head / p.group(), {}, {}, q.first, k.first, any_score};
        for (index row = 0; row < q.positions(); row += tile.queries)
            for (index t = 0; t < key_tiles; ++t) {
                box.query = {q.first + row, q.first + least(row + tile.queries, q.positions()) - 1};
                box.key = {k.first + t * tile.keys, k.first + least((t + 1) * tile.keys, k.positions()) - 1};
                const coverage covered = covers(mask, box);
                (covered == coverage::all ? c.full : covered == coverage::none ? c.dead : c.partial) += times_over;
                if (covered == coverage::none) continue;
                touched[static_cast<std::size_t>(t)] = 1;
                c.live_elements += times_over * (box.query.hi - box.query.lo + 1) * (box.key.hi - box.key.lo + 1);
                c.attended += times_over * counter.count(box);
            }
        if (one_for_all || head % p.group() == p.group() - 1)
            for (index t = 0; t < key_tiles; ++t) {
                char& flag = touched[static_cast<std::size_t>(t)];
                if (flag)
                    keys_read +=
                        least(tile.keys, k.positions() - t * tile.keys) * (one_for_all ? heads / p.group() : 1);
                flag = 0;
            }
    }
    if (counter.gave_up()) c.attended = -1;

    c.bytes_read = bytes_of(q) + keys_read * k.channels() * static_cast<index>(sizeof(typename Problem::key_element));
    if constexpr (Problem::has_values)
        c.bytes_read +=
            keys_read * p.operand.v.channels() * static_cast<index>(sizeof(typename Problem::value_element));
    const bytes_beside beside{c.bytes_read};
    beside(p.scored.score);
    beside(mask);
    beside(p.scored.normaliser.sink);
    each(p.moments, [&](auto, auto const& f) { beside(f); });
    each(p.outputs, [&](auto, auto const& output) {
        beside(output.expression);
        c.bytes_written += bytes_of(output.target);
    });
    return c;
}

} // namespace v0_1
} // namespace fovea
