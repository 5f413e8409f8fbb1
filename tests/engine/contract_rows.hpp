// The contract, written once: a function for each row of its table, asked of every engine as a named test.
//
//     struct on_cpu { name, element, shapes(), run(problem), every_way(f) };
//     const int rows = tests::hold_to_contract<on_cpu>();      "cpu: a row with no key ..."
//
// A subject is an engine at work on small_problem<element>. shapes(): two batches each, placed so that the last query
// sees the last key and the one before does not. run: its default way. every_way: f(run) for every order of work that
// must not show.
#pragma once
#include <limits>
#include <string>

#include "engine/small_problem.hpp"
#include "support/catch.hpp"

namespace tests {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

namespace contract {

template <class Subject> using problem = small_problem<typename Subject::element>;

template <class Subject, class F> void on_every_shape(F f) {
    for (shape const& s : Subject::shapes()) {
        INFO(s.text());
        f(s);
    }
}

enum class operand { keys, values };

// Key j or its value, in every batch and head.
template <class T> void spoil(small_problem<T>& x, operand which, std::int64_t j, float garbage) {
    for (std::int64_t b = 0; b < x.s.batches; ++b)
        for (std::int64_t kv = 0; kv < x.s.kv_heads; ++kv)
            if (which == operand::keys)
                for (std::int64_t c = 0; c < x.s.channels; ++c) x.key(b, kv, j, c) = static_cast<T>(garbage);
            else
                for (std::int64_t c = 0; c < x.s.value_channels; ++c) x.value(b, kv, j, c) = static_cast<T>(garbage);
}

// f(garbage, which operand holds it)
template <class F> void for_all_garbage(F f) {
    for (float garbage : {nan_value, infinity, -infinity, 1e30f})
        for (operand which : {operand::keys, operand::values}) {
            INFO(garbage << (which == operand::keys ? " in keys" : " in values"));
            f(garbage, which);
        }
}

template <class Subject> void agrees() {
    on_every_shape<Subject>([](shape const& s) {
        problem<Subject> x(s);
        x.lengths.back() = s.keys / 2;
        Subject::run(x);
        CHECK(x.compared() == "");
    });
}

template <class Subject> void masked_weight_is_zero() {
    on_every_shape<Subject>([](shape const& s) {
        problem<Subject> clean(s);
        for (auto& n : clean.lengths) n = s.keys - 37;
        const problem<Subject> fresh = clean;
        Subject::run(clean);
        for_all_garbage([&](float garbage, operand which) {
            problem<Subject> dirty = fresh;
            for (std::int64_t j = s.keys - 37; j < s.keys; ++j) spoil(dirty, which, j, garbage);
            Subject::run(dirty);
            CHECK(clean.same_bits(dirty));
        });
    });
}

template <class Subject> void masked_key_of_a_live_tile() {
    on_every_shape<Subject>([](shape const& s) {
        problem<Subject> clean(s);
        Subject::run(clean);
        for_all_garbage([&](float garbage, operand which) {
            problem<Subject> dirty(s);
            spoil(dirty, which, s.keys - 1, garbage); // only the last query sees it
            Subject::run(dirty);
            double worst = 0;
            int last_wrong = 0;
            for (std::int64_t b = 0; b < s.batches; ++b)
                for (std::int64_t head = 0; head < s.heads; ++head)
                    for (std::int64_t i = 0; i < s.queries; ++i)
                        for (std::int64_t c = 0; c < s.value_channels; ++c) {
                            const float is = dirty.output(b, head, i, c), right = clean.output(b, head, i, c);
                            const double error = std::abs(double{is} - double{right});
                            if (i + 1 < s.queries) worst = !(error <= worst) ? error : worst;
                            else if (which == operand::values && std::isnan(garbage)) last_wrong += !std::isnan(is);
                            else if (which == operand::values && std::isinf(garbage)) last_wrong += is != garbage;
                        }
            CHECK(worst == 0);
            CHECK(last_wrong == 0);
        });
    });
}

template <class Subject> void what_is_not_finite_propagates() {
    using T = typename Subject::element;
    on_every_shape<Subject>([](shape const& s) {
        const std::int64_t j = s.keys - 2;
        problem<Subject> in_key(s), in_value(s), in_query(s), infinite(s), clean(s);
        in_key.key(0, 1, j, 3) = static_cast<T>(nan_value);
        in_value.value(0, 1, j, 3) = static_cast<T>(nan_value);
        infinite.value(0, 1, j, 3) = static_cast<T>(infinity);
        in_query.q[0] = static_cast<T>(nan_value);
        for (auto* x : {&in_key, &in_value, &in_query, &infinite, &clean}) Subject::run(*x);
        int wrong = 0;
        for (std::int64_t head = s.heads / s.kv_heads; head < s.heads; ++head)
            for (std::int64_t i = 0; i < s.queries; ++i)
                for (std::int64_t c = 0; c < s.value_channels; ++c) {
                    const bool sees = s.first_query + i >= j;
                    const float right = clean.output(0, head, i, c), value = in_value.output(0, head, i, c);
                    const float key = in_key.output(0, head, i, c), large = infinite.output(0, head, i, c);
                    wrong += sees ? !std::isnan(key) : key != right;
                    wrong += sees && c == 3 ? !std::isnan(value) : value != right;
                    wrong += sees && c == 3 ? large != infinity : large != right;
                }
        CHECK(wrong == 0);
        CHECK(std::isnan(in_query.output(0, 0, 0, 0)));
        CHECK(std::isnan(in_query.l[0]));
        CHECK(in_query.output(1, 0, 0, 0) == clean.output(1, 0, 0, 0));
    });
}

template <class Subject> void a_row_with_no_key() {
    on_every_shape<Subject>([](shape s) {
        problem<Subject> x(s);
        x.lengths.back() = 0;
        Subject::run(x);
        CHECK(x.compared() == ""); // exact for rows without a key
        const auto second = x.l.begin() + static_cast<std::ptrdiff_t>(x.l.size() / 2);
        CHECK(std::all_of(second, x.l.end(), [](float l) { return l == -infinity; }));
        s.first_query = 3 - s.queries; // all queries but the last two stand before every key
        problem<Subject> early(s);
        Subject::run(early);
        CHECK(early.compared() == "");
        s.keys = 0;
        problem<Subject> none(s);
        Subject::run(none);
        CHECK(std::all_of(none.o.begin(), none.o.end(), [](float o) { return o == 0 && !std::signbit(o); }));
        CHECK(std::all_of(none.l.begin(), none.l.end(), [](float l) { return l == -infinity; }));
        CHECK(std::all_of(none.h.begin(), none.h.end(), [](float h) { return h == 0; }));
    });
}

template <class Subject> void positions() {
    on_every_shape<Subject>([](shape const& s) {
        problem<Subject> here(s), early(s);
        Subject::run(here);
        for (std::int64_t moved :
             {std::int64_t{5}, std::int64_t{1000000}, std::int64_t{1} << 20, (std::int64_t{1} << 40) + 3}) {
            INFO("moved by " << moved);
            problem<Subject> there(s);
            there.s.first_query += moved;
            there.s.first_key += moved;
            for (auto& n : there.lengths) n += moved;
            Subject::run(there);
            CHECK(here.same_bits(there));
        }
        early.s.first_query = 3; // almost nothing is attended
        Subject::run(early);
        CHECK(early.compared() == "");
    });
}

template <class Subject> void natural_logarithm() {
    on_every_shape<Subject>([](shape s) {
        s.first_query = 0; // row 0 attends key 0 alone: its logsumexp is that score
        problem<Subject> x(s);
        Subject::run(x);
        double dot = 0;
        for (std::int64_t c = 0; c < s.channels; ++c)
            dot += static_cast<double>(x.q[static_cast<std::size_t>(c)]) * static_cast<double>(x.key(0, 0, 0, c));
        const double score = dot / std::sqrt(static_cast<double>(s.channels));
        CHECK(std::abs(x.l[0] - score) < 1e-5);
        CHECK(std::abs(x.m[0] - score) < 1e-5);
        CHECK(std::abs(x.h[0]) < 1e-6);
    });
}

template <class Subject> void groups_of_heads() {
    on_every_shape<Subject>([](shape s) {
        for (auto [heads, kv_heads] : {std::pair<std::int64_t, std::int64_t>{6, 2}, {3, 3}, {6, 1}, {8, 4}, {9, 3}}) {
            INFO(heads << " heads over " << kv_heads);
            s.batches = 1;
            s.queries = std::min<std::int64_t>(s.queries, 40);
            s.heads = heads;
            s.kv_heads = kv_heads;
            problem<Subject> x(s);
            Subject::run(x);
            CHECK(x.compared() == "");
        }
    });
}

template <class Subject> void same_bits() {
    on_every_shape<Subject>([](shape const& s) {
        problem<Subject> once(s);
        Subject::run(once);
        Subject::every_way([&](auto run) {
            problem<Subject> again(s);
            run(again);
            CHECK(again.same_bits(once));
        });
    });
}

template <class Subject> void whatever_the_batch() {
    on_every_shape<Subject>([](shape const& s) {
        problem<Subject> both(s);
        Subject::run(both);
        for (std::int64_t b = 0; b < 2; ++b) {
            shape alone = s;
            alone.batches = 1;
            problem<Subject> one(alone);
            const auto half = [b](auto const& x) {
                const auto n = static_cast<std::ptrdiff_t>(x.size() / 2);
                return std::remove_cvref_t<decltype(x)>(x.begin() + b * n, x.begin() + (b + 1) * n);
            };
            one.q = half(both.q), one.k = half(both.k), one.v = half(both.v);
            Subject::run(one);
            CHECK(one.equal_bits(one.o, half(both.o)));
            CHECK(one.equal_bits(one.l, half(both.l)));
            CHECK(one.equal_bits(one.h, half(both.h)));
        }
    });
}

// Lengths around the ends of the pieces of keys that engines take by themselves.
template <class Subject> void a_piece_with_no_key() {
    const shape s = Subject::shapes().back();
    for (std::int64_t length : {1, 31, 32, 33, 64, 65, 511, 512, 513, 1024}) {
        if (length >= s.keys) continue;
        INFO(length << " keys");
        problem<Subject> x(s);
        x.lengths = {length, s.keys};
        Subject::run(x);
        CHECK(x.compared() == "");
    }
}

inline void add_row(std::string const& subject, char const* row, void (*holds)()) {
    const std::string name = subject + ": " + row;
    REGISTER_TEST_CASE(holds, name, "[contract]");
}

} // namespace contract

// The rows about NaN, infinities and garbage alone: for one more element type of an engine.
template <class Subject> int hold_to_contract_of_garbage() {
    using namespace contract;
    const auto row = [](char const* name, void (*holds)()) { add_row(Subject::name, name, holds); };
    row("masked means weight exactly 0, whatever K and V hold there", masked_weight_is_zero<Subject>);
    row("a masked key of a live tile reaches no row that does not attend it", masked_key_of_a_live_tile<Subject>);
    row("NaN and infinities in an attended key propagate", what_is_not_finite_propagates<Subject>);
    return 0;
}

template <class Subject> int hold_to_contract() {
    using namespace contract;
    const auto row = [](char const* name, void (*holds)()) { add_row(Subject::name, name, holds); };
    row("agrees with the oracle", agrees<Subject>);
    row("a row with no key: output 0, logsumexp -inf, entropy 0", a_row_with_no_key<Subject>);
    row("a piece with no key is neutral when partial results are merged", a_piece_with_no_key<Subject>);
    row("query i is at q.first + i, key j at k.first + j", positions<Subject>);
    row("logsumexp is the natural log, of the score as written", natural_logarithm<Subject>);
    row("kv_head = head / (heads / kv_heads)", groups_of_heads<Subject>);
    row("same inputs, same bits: repeated, on any number of workers, in any order", same_bits<Subject>);
    row("results do not depend on the batch", whatever_the_batch<Subject>);
    return hold_to_contract_of_garbage<Subject>();
}

} // namespace tests
