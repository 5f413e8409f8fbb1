// The laws of an expression's readings, run over a grid of elements.
//
//     tests::law_report r = tests::run_laws(mask, tests::grid{.queries = 24, .keys = 40});   CHECK(r.broken() == 0);
//
// Interval: `none` means that no element is attended, `all` that every element is; a real's bounds hold every element's
// value, NaN only where they are all the reals. Lanes: an integer or a mask is the point's value; a real lies inside
// the bounds that its own element has, which allow for the roundings of the operations in it and for nothing else.
// Bound to a run of keys, a mask is the point's value.
#pragma once
#include <fovea/expr/bind_run.hpp>
#include <fovea/expr/find.hpp>
#include <string>
#include <vector>

#include "support/contexts.hpp"
#include "support/draws.hpp"

namespace tests {

struct grid {
    std::int64_t queries = 24, keys = 40, first_query = 0, first_key = 0;
    std::int64_t batch = 0, head = 0, kv_head = 0;
    std::uint64_t seed = 1; // of the scores
};

struct tile_shape {
    std::int64_t queries, keys;
};

struct law_report {
    std::int64_t elements = 0, tiles = 0;
    std::int64_t promised_none = 0, promised_all = 0, outside = 0; // faults of the interval reading
    std::int64_t lanes = 0; // faults of the lanes reading
    std::int64_t undecided = 0; // tiles called `some` though all of their elements agree: allowed, but not sharp
    std::string first; // where the first fault is

    std::int64_t broken() const { return promised_none + promised_all + outside + lanes; }
    void fault(std::int64_t& count, char const* what, std::int64_t query, std::int64_t key) {
        if (broken() == 0)
            first = std::string(what) + " at query " + std::to_string(query) + ", key " + std::to_string(key);
        ++count;
    }
    law_report& operator+=(law_report const& o) {
        if (first.empty()) first = o.first;
        elements += o.elements, tiles += o.tiles, undecided += o.undecided;
        promised_none += o.promised_none, promised_all += o.promised_all, outside += o.outside, lanes += o.lanes;
        return *this;
    }
};

// The values of an expression on a grid, element by element, and the scores they were made of.
template <class E> struct values_on_grid {
    using value = decltype(std::declval<E const&>()(element{}));
    grid g;
    std::vector<float> scores;
    std::vector<char> truths;
    std::vector<double> numbers;

    values_on_grid(E const& e, grid const& where)
        : g(where), scores(normals(where.queries * where.keys, where.seed, 2)) {
        for (std::int64_t q = 0; q < g.queries; ++q)
            for (std::int64_t k = 0; k < g.keys; ++k) {
                const value x = e(at(q, k));
                if constexpr (std::is_same_v<value, bool>) truths.push_back(x);
                else numbers.push_back(static_cast<double>(x));
            }
    }
    std::size_t place(std::int64_t q, std::int64_t k) const { return static_cast<std::size_t>(q * g.keys + k); }
    element at(std::int64_t q, std::int64_t k) const {
        return {g.batch,         g.head,        g.kv_head,   g.first_query + q,
                g.first_key + k, g.first_query, g.first_key, scores[place(q, k)]};
    }
    // The tile [q, q + rows) x [k, k + columns), cut at the end of the grid.
    tile tile_at(std::int64_t q, std::int64_t k, tile_shape t) const {
        tile box{g.batch, g.head,        g.kv_head,   {},
                 {},      g.first_query, g.first_key, {scores[place(q, k)], scores[place(q, k)]}};
        const std::int64_t last_q = std::min(q + t.queries, g.queries) - 1, last_k = std::min(k + t.keys, g.keys) - 1;
        box.query = {g.first_query + q, g.first_query + last_q};
        box.key = {g.first_key + k, g.first_key + last_k};
        for (std::int64_t i = q; i <= last_q; ++i)
            for (std::int64_t j = k; j <= last_k; ++j) {
                const float s = scores[place(i, j)];
                box.score = {std::min(box.score.lo, s), std::max(box.score.hi, s)};
            }
        return box;
    }
};

template <class E> void interval_law(E const& e, values_on_grid<E> const& v, tile_shape t, law_report& report) {
    for (std::int64_t q = 0; q < v.g.queries; q += t.queries)
        for (std::int64_t k = 0; k < v.g.keys; k += t.keys) {
            const tile box = v.tile_at(q, k, t);
            const auto whole = e(box);
            ++report.tiles;
            bool any = false, every = true;
            for (std::int64_t i = q; i < std::min(q + t.queries, v.g.queries); ++i)
                for (std::int64_t j = k; j < std::min(k + t.keys, v.g.keys); ++j) {
                    if constexpr (E::kind == fovea::kinds::truth) {
                        const bool x = v.truths[v.place(i, j)];
                        any |= x;
                        every &= x;
                    } else {
                        const auto range = fovea::as_interval(whole);
                        const double x = v.numbers[v.place(i, j)];
                        const bool held =
                            x != x ? may_be_nan(range)
                                   : static_cast<double>(range.lo) <= x && x <= static_cast<double>(range.hi);
                        if (!held) report.fault(report.outside, "a value outside its tile's bounds", i, j);
                    }
                }
            if constexpr (E::kind == fovea::kinds::truth) {
                const fovea::coverage c = covers(fovea::as_truth(whole));
                if (c == fovea::coverage::none && any)
                    report.fault(report.promised_none, "an element in a dead tile", q, k);
                if (c == fovea::coverage::all && !every)
                    report.fault(report.promised_all, "a hole in a full tile", q, k);
                report.undecided += c == fovea::coverage::some && any == every;
            }
        }
}

// Reals, and functors, which may have some inside.
struct what_rounds {
    template <class T> static constexpr bool is = T::kind == fovea::kinds::real || requires(T e) { e.op.functor; };
};

template <class E, class X> bool lane_agrees(E const& e, values_on_grid<E> const& v, std::int64_t q, std::int64_t k,
                                             X x) {
    if constexpr (E::kind == fovea::kinds::truth) {
        if (x == static_cast<bool>(v.truths[v.place(q, k)])) return true;
        // A comparison of reals may fall either way where their roundings meet.
        constexpr bool rounds = fovea::has_any<what_rounds, E>;
        return rounds && covers(fovea::as_truth(e(v.tile_at(q, k, {1, 1})))) == fovea::coverage::some;
    } else if constexpr (E::kind == fovea::kinds::integer) return static_cast<double>(x) == v.numbers[v.place(q, k)];
    else {
        if (v.numbers[v.place(q, k)] != v.numbers[v.place(q, k)]) return x != x;
        const auto range = fovea::as_interval(fovea::as_real(e(v.tile_at(q, k, {1, 1}))));
        return range.lo <= x && x <= range.hi;
    }
}

// Rows of keys in lanes, and columns of queries in lanes.
template <int N, class E> void lanes_law(E const& e, values_on_grid<E> const& v, law_report& report) {
    using namespace fovea;
    using std::int64_t;
    for (int64_t q = 0; q < v.g.queries; ++q)
        for (int64_t k = 0; k + N <= v.g.keys; k += N - 1) { // overlapping: every alignment of a group
            const auto scores = load<N>(v.scores.data() + v.place(q, k));
            const lanes_of_elements<N, int64_t, position_lanes<N>> c{
                v.g.batch,       v.g.head,      v.g.kv_head, v.g.first_query + q, {v.g.first_key + k, iota<N>()},
                v.g.first_query, v.g.first_key, scores};
            const auto x = e(c);
            for (int i = 0; i < N; ++i)
                if (!lane_agrees(e, v, q, k + i, lane_of(x, i))) report.fault(report.lanes, "a wrong lane", q, k + i);
        }
    for (int64_t k = 0; k < v.g.keys; ++k)
        for (int64_t q = 0; q + N <= v.g.queries; q += N) {
            real_lanes<N> scores{};
            for (int i = 0; i < N; ++i) scores.v[i] = v.scores[v.place(q + i, k)];
            const lanes_of_elements<N, position_lanes<N>, int64_t> c{
                v.g.batch,         v.g.head,        v.g.kv_head,   {v.g.first_query + q, iota<N>()},
                v.g.first_key + k, v.g.first_query, v.g.first_key, scores};
            const auto x = e(c);
            for (int i = 0; i < N; ++i)
                if (!lane_agrees(e, v, q + i, k, lane_of(x, i)))
                    report.fault(report.lanes, "a wrong lane of queries", q + i, k);
        }
}

// Runs of at most 64 keys, from every key on.
template <class E> void run_law(E const& e, values_on_grid<E> const& v, law_report& report) {
    for (std::int64_t q = 0; q < v.g.queries; ++q)
        for (std::int64_t k = 0; k < v.g.keys; ++k) {
            const auto bound = fovea::run_binder<element>{v.at(q, k)}(e);
            for (std::int64_t i = 0; i < 64 && k + i < v.g.keys; ++i)
                if (bound(element_of_run{v.at(q, k + i), i}) != static_cast<bool>(v.truths[v.place(q, k + i)]))
                    report.fault(report.lanes, "a wrong bit of a run", q, k + i);
        }
}

inline constexpr tile_shape law_tiles[] = {{1, 1}, {1, 8}, {5, 7}, {8, 8}, {6, 32}, {64, 64}};

template <class E> law_report run_laws(E const& e, grid const& g) {
    const values_on_grid<E> v(e, g);
    law_report report;
    report.elements = g.queries * g.keys;
    for (tile_shape t : law_tiles) interval_law(e, v, t, report);
    lanes_law<8>(e, v, report);
    if constexpr (E::kind == fovea::kinds::truth) run_law(e, v, report);
    return report;
}

// Places where things go wrong: the origin, offsets that are no multiple of a tile, queries far after or before the
// keys, positions that do not fit 32 bits.
inline std::vector<grid> places(std::int64_t batch = 0, std::int64_t head = 0) {
    std::vector<grid> all;
    const std::int64_t far = (std::int64_t{1} << 33) + 11;
    for (auto [q, k] :
         {std::pair<std::int64_t, std::int64_t>{0, 0}, {7, 3}, {100, 71}, {3, 90}, {far, far - 13}, {far, 0}})
        all.push_back({24, 40, q, k, batch, head, head / 2, static_cast<std::uint64_t>(q + k + 1)});
    return all;
}

template <class E> law_report run_laws_everywhere(E const& e, std::int64_t batch = 0, std::int64_t head = 0) {
    law_report report;
    for (grid const& g : places(batch, head)) report += run_laws(e, g);
    return report;
}

} // namespace tests
