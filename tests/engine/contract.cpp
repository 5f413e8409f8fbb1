// The contract, a named test for each row of its table, on the tile path, the decode path and the reference engine.
#include "support/any_width.hpp"

#include <fovea/engine/reference/engine.hpp>
#include <limits>

#include "engine/random_case.hpp"
#include "engine/small_problem.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using tests::shape;
using tests::small_problem;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

// One engine type for all CPU runs; its shapes below take it down both paths.
fv::cpu_engine<tests::any_executor> cpu(tests::any_executor e = {}) { return fv::cpu(std::move(e)); }

// Many queries: tiles, with a short last one of both. Few: decoding, over several pieces of keys.
const shape tiles{.batches = 2,
                  .heads = 4,
                  .kv_heads = 2,
                  .queries = 130,
                  .keys = 300,
                  .channels = 40,
                  .value_channels = 24,
                  .first_query = 170,
                  .placed = true};
const shape few{.batches = 2,
                .heads = 4,
                .kv_heads = 2,
                .queries = 2,
                .keys = 1100,
                .channels = 40,
                .value_channels = 24,
                .first_query = 1098,
                .placed = true};

// f(run, shape, name): run(problem) on every engine and path.
template <class F> void on_every_engine(F f) {
    const auto on_cpu = [](auto& x) { x.run(cpu()); };
    const auto on_reference = [](auto& x) { x.run(fv::reference()); };
    f(on_cpu, tiles, "cpu, tiles");
    f(on_cpu, few, "cpu, decode");
    f(on_reference, tiles, "reference");
    f(on_reference, few, "reference, few queries");
}

} // namespace

TEST_CASE("every engine agrees with the oracle", "[contract]") {
    on_every_engine([](auto run, shape s, char const* name) {
        INFO(name);
        small_problem<float> x(s);
        x.lengths = {s.keys, s.keys / 2};
        run(x);
        CHECK(x.compared() == "");
    });
}

TEST_CASE("masked means weight exactly 0, whatever the score was (-inf, NaN, garbage)", "[contract]") {
    on_every_engine([](auto run, shape s, char const* name) {
        for (float garbage : {nan_value, infinity, -infinity, 1e30f}) {
            INFO(name << ", " << garbage);
            small_problem<float> clean(s), dirty(s);
            clean.lengths = dirty.lengths = {s.keys, s.keys - 37};
            for (std::int64_t j = s.keys - 37; j < s.keys; ++j)
                for (std::int64_t c = 0; c < s.channels; ++c) dirty.key(1, 0, j, c) = dirty.key(1, 1, j, c) = garbage;
            run(clean);
            run(dirty);
            CHECK(clean.same_bits(dirty));
        }
    });
}

TEST_CASE("garbage in padded values cannot reach the result by a single bit", "[contract]") {
    on_every_engine([](auto run, shape s, char const* name) {
        for (float garbage : {nan_value, infinity}) {
            INFO(name << ", " << garbage);
            small_problem<float> clean(s), dirty(s);
            clean.lengths = dirty.lengths = {s.keys, s.keys - 37};
            for (std::int64_t j = s.keys - 37; j < s.keys; ++j)
                for (std::int64_t c = 0; c < s.value_channels; ++c)
                    dirty.value(1, 0, j, c) = dirty.value(1, 1, j, c) = garbage;
            run(clean);
            run(dirty);
            CHECK(clean.same_bits(dirty));
        }
    });
}

TEST_CASE("query i is at q.first + i, key j at k.first + j", "[contract]") {
    on_every_engine([](auto run, shape s, char const* name) {
        for (std::int64_t moved : {0, 5, 1000000, 1 << 20}) {
            INFO(name << ", moved by " << moved);
            small_problem<float> here(s), there(s);
            there.s.first_query += moved;
            there.s.first_key += moved;
            for (auto& n : there.lengths) n += moved;
            run(here);
            run(there);
            CHECK(here.same_bits(there));
        }
        small_problem<float> early(s);
        early.s.first_query = 3; // almost nothing is attended
        run(early);
        INFO(name);
        CHECK(early.compared() == "");
    });
}

TEST_CASE("logsumexp is the natural log, of the score as written", "[contract]") {
    on_every_engine([](auto run, shape s, char const* name) {
        INFO(name);
        s.first_query = 0; // row 0 attends key 0 alone: its logsumexp is that score
        small_problem<float> x(s);
        run(x);
        double dot = 0;
        for (std::int64_t c = 0; c < s.channels; ++c)
            dot += double{x.q[static_cast<std::size_t>(c)]} * double{x.key(0, 0, 0, c)};
        const double score = dot / std::sqrt(static_cast<double>(s.channels));
        CHECK(std::abs(x.l[0] - score) < 1e-5);
        CHECK(std::abs(x.m[0] - score) < 1e-5);
        CHECK(std::abs(x.h[0]) < 1e-6);
    });
}

TEST_CASE("a row with no key: output 0, logsumexp -inf, entropy 0", "[contract]") {
    on_every_engine([](auto run, shape s, char const* name) {
        INFO(name);
        small_problem<float> x(s);
        x.lengths = {s.keys, 0};
        run(x);
        CHECK(x.compared() == ""); // exact for rows without a key
        const auto second = x.l.begin() + static_cast<std::ptrdiff_t>(x.l.size() / 2);
        CHECK(std::all_of(second, x.l.end(), [](float l) { return l == -infinity; }));
        // no keys at all
        s.keys = 0;
        small_problem<float> none(s);
        run(none);
        CHECK(std::all_of(none.o.begin(), none.o.end(), [](float o) { return o == 0 && !std::signbit(o); }));
        CHECK(std::all_of(none.l.begin(), none.l.end(), [](float l) { return l == -infinity; }));
        CHECK(std::all_of(none.h.begin(), none.h.end(), [](float h) { return h == 0; }));
    });
}

TEST_CASE("a piece with no key is neutral when partial results are merged", "[contract]") {
    // Decoding: the second and third piece of 512 keys are beyond the length.
    for (std::int64_t length : {1, 511, 512, 513, 1024}) {
        INFO(length << " keys");
        small_problem<float> x(few);
        x.lengths = {length, few.keys};
        x.run(cpu());
        CHECK(x.compared() == "");
    }
}

TEST_CASE("NaN and infinities in an attended key propagate", "[contract]") {
    on_every_engine([](auto run, shape s, char const* name) {
        INFO(name);
        const std::int64_t j = s.keys - 2;
        const auto sees = [&](std::int64_t i) { return s.first_query + i >= j; };
        small_problem<float> in_key(s), in_value(s), in_query(s), infinite(s), clean(s);
        in_key.key(0, 1, j, 3) = nan_value;
        in_value.value(0, 1, j, 3) = nan_value;
        infinite.value(0, 1, j, 3) = infinity;
        in_query.q[0] = nan_value;
        for (auto* x : {&in_key, &in_value, &in_query, &infinite, &clean}) run(*x);
        int wrong = 0;
        // A row that was finished carefully sums in another order.
        const auto near = [](float a, float b) { return std::abs(a - b) <= 1e-5f; };
        for (std::int64_t head = 2; head < 4; ++head)
            for (std::int64_t i = 0; i < s.queries; ++i)
                for (std::int64_t c = 0; c < s.value_channels; ++c) {
                    const float right = clean.output(0, head, i, c);
                    wrong += sees(i) ? !std::isnan(in_key.output(0, head, i, c))
                                     : !near(in_key.output(0, head, i, c), right);
                    wrong += sees(i) && c == 3 ? !std::isnan(in_value.output(0, head, i, c))
                                               : !near(in_value.output(0, head, i, c), right);
                    wrong += sees(i) && c == 3 ? infinite.output(0, head, i, c) != infinity
                                               : !near(infinite.output(0, head, i, c), right);
                }
        CHECK(wrong == 0);
        CHECK(std::isnan(in_query.output(0, 0, 0, 0)));
        CHECK(std::isnan(in_query.l[0]));
        CHECK(in_query.output(1, 0, 0, 0) == clean.output(1, 0, 0, 0));
    });
}

TEST_CASE("a masked key of a live tile: neither K nor V reaches the result", "[contract]") {
    on_every_engine([](auto run, shape s, char const* name) {
        for (float garbage : {nan_value, infinity, -infinity}) {
            INFO(name << ", " << garbage);
            small_problem<float> clean(s), dirty(s);
            const std::int64_t j = s.keys - 1; // only the last query sees it
            for (std::int64_t b = 0; b < s.batches; ++b)
                for (std::int64_t kv = 0; kv < s.kv_heads; ++kv) {
                    for (std::int64_t c = 0; c < s.channels; ++c) dirty.key(b, kv, j, c) = garbage;
                    for (std::int64_t c = 0; c < s.value_channels; ++c) dirty.value(b, kv, j, c) = garbage;
                }
            run(clean);
            run(dirty);
            // A row that was finished carefully sums in another order: equal up to rounding, and always finite.
            double worst = 0;
            for (std::int64_t b = 0; b < s.batches; ++b)
                for (std::int64_t head = 0; head < s.heads; ++head)
                    for (std::int64_t i = 0; i + 1 < s.queries; ++i)
                        for (std::int64_t c = 0; c < s.value_channels; ++c) {
                            const double error =
                                std::abs(double{dirty.output(b, head, i, c)} - double{clean.output(b, head, i, c)});
                            worst = !(error <= worst) ? error : worst;
                        }
            CHECK(worst < 1e-5);
        }
    });
}

TEST_CASE("kv_head = head / (heads / kv_heads)", "[contract]") {
    on_every_engine([](auto run, shape s, char const* name) {
        for (auto [heads, kv_heads] : {std::pair<std::int64_t, std::int64_t>{6, 2}, {6, 6}, {6, 1}, {8, 4}, {9, 3}}) {
            INFO(name << ", " << heads << " heads over " << kv_heads);
            s.batches = 1;
            s.heads = heads;
            s.kv_heads = kv_heads;
            small_problem<float> x(s);
            run(x);
            CHECK(x.compared() == "");
        }
    });
}

TEST_CASE("same inputs, same bits: repeated, on any number of workers, in any order", "[contract]") {
    using order = tests::any_executor::order;
    for (shape s : {tiles, few}) {
        small_problem<float> once(s);
        once.run(cpu());
        for (order how : {order::forwards, order::backwards, order::shuffled, order::threads})
            for (int workers : {1, 2, 3, 7, 16}) {
                INFO(workers << " workers, order " << static_cast<int>(how));
                small_problem<float> again(s);
                again.run(cpu({how, workers}));
                CHECK(again.same_bits(once));
            }
    }
}

TEST_CASE("results do not depend on the batch, nor on how much may be packed ahead", "[contract]") {
    for (shape s : {tiles, few}) {
        small_problem<float> both(s);
        both.run(cpu());
        for (std::int64_t b = 0; b < 2; ++b) {
            shape alone = s;
            alone.batches = 1;
            small_problem<float> one(alone);
            const auto half = [b](auto const& x) {
                const auto n = static_cast<std::ptrdiff_t>(x.size() / 2);
                return std::remove_cvref_t<decltype(x)>(x.begin() + b * n, x.begin() + (b + 1) * n);
            };
            one.q = half(both.q), one.k = half(both.k), one.v = half(both.v);
            one.run(cpu());
            CHECK(small_problem<float>::equal_bits(one.o, half(both.o)));
            CHECK(small_problem<float>::equal_bits(one.l, half(both.l)));
            CHECK(small_problem<float>::equal_bits(one.h, half(both.h)));
        }
        small_problem<float> unpacked(s);
        unpacked.run(cpu().with_packing(0));
        CHECK(unpacked.same_bits(both));
    }
}

TEST_CASE("the contract holds for bf16 operands, and for products of pairs", "[contract]") {
    constexpr fv::cpu_shape pairs = fv::default_shape({.lanes = 16, .registers = 32, .bf16_pairs = true}, true);
    for (shape s : {tiles, few}) {
        small_problem<fv::bf16> x(s), y(s), dirty(s);
        x.lengths = y.lengths = dirty.lengths = {s.keys, s.keys - 11};
        x.run(cpu());
        CHECK(x.compared() == "");
        auto wide = cpu().with_shape<pairs>();
        y.run(wide);
        CHECK(y.compared() == "");
        for (std::int64_t j = s.keys - 11; j < s.keys; ++j) {
            for (std::int64_t c = 0; c < s.channels; ++c) dirty.key(1, 0, j, c) = fv::bf16{nan_value};
            for (std::int64_t c = 0; c < s.value_channels; ++c) dirty.value(1, 0, j, c) = fv::bf16{infinity};
        }
        dirty.run(wide);
        CHECK(dirty.compared() == "");
    }
}
