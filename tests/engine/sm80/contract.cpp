// The contract, a named test for each row of its table, on the sm_80 engine: both landings, two orders of warps, every
// access of global memory checked.
#include <limits>
#include <memory>

#include "engine/sm80/emulated.hpp"
#include "engine/small_problem.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using fv::bf16;
using fv::fp16;
using tests::shape;
using tests::small_problem;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

// Tiles of 128 x 64 with a short last one of both; and few queries.
const shape tiles{.batches = 2,
                  .heads = 4,
                  .kv_heads = 2,
                  .queries = 130,
                  .keys = 200,
                  .channels = 40,
                  .value_channels = 24,
                  .first_query = 70,
                  .placed = true};
const shape few{.batches = 1,
                .heads = 4,
                .kv_heads = 2,
                .queries = 2,
                .keys = 300,
                .channels = 40,
                .value_channels = 24,
                .first_query = 298,
                .placed = true};

// Head sizes are numbers here: the kernel is made for as many as 48 and 32.
using engine = tests::emulated<fv::tile_shape{}, fv::sm80::head_sizes{48, 32}>;

// Runs x with every buffer known to the emulator.
template <class T> void run(small_problem<T>& x, engine const& e = {}) {
    using fv::simt::memory_range;
    using fv::simt::role;
    std::vector<std::unique_ptr<memory_range>> known;
    const auto know = [&](auto const& v, role as, char const* name) {
        known.push_back(std::make_unique<memory_range>(v.data(), v.size() * sizeof(v[0]), sizeof(v[0]), as, name));
    };
    know(x.q, role::input, "q"), know(x.k, role::input, "k"), know(x.v, role::input, "v");
    know(x.lengths, role::input, "lengths");
    const std::size_t first_output = known.size();
    know(x.o, role::output, "o"), know(x.l, role::output, "l"), know(x.m, role::output, "m");
    know(x.h, role::output, "h");
    x.run(e);
    for (std::size_t i = first_output; i < known.size(); ++i) CHECK(known[i]->unwritten() == 0);
}

template <class F> void on_both_landings(F f) {
    for (auto landing : {fv::simt::landing::late, fv::simt::landing::early})
        for (fv::word seed : {0u, 7u}) {
            INFO("seed " << seed << ", landing " << static_cast<int>(landing));
            f(engine{{.seed = seed, .landing = landing}});
        }
}

} // namespace

TEST_CASE("sm_80 agrees with the oracle", "[contract]") {
    on_both_landings([](engine const& e) {
        for (shape const& s : {tiles, few}) {
            small_problem<bf16> x(s);
            x.lengths.assign(x.lengths.size(), s.keys);
            x.lengths[0] = s.keys / 2;
            run(x, e);
            CHECK(x.compared() == "");
        }
    });
}

TEST_CASE("sm_80: masked means weight exactly 0, whatever K and V hold there", "[contract]") {
    for (shape const& s : {tiles, few})
        for (float garbage : {nan_value, infinity, -infinity, 6e4f}) {
            INFO(garbage);
            small_problem<bf16> clean(s), dirty(s);
            for (auto& n : clean.lengths) n = s.keys - 37;
            dirty.lengths = clean.lengths;
            for (std::int64_t b = 0; b < s.batches; ++b)
                for (std::int64_t kv = 0; kv < s.kv_heads; ++kv)
                    for (std::int64_t j = s.keys - 37; j < s.keys; ++j) {
                        for (std::int64_t c = 0; c < s.channels; ++c) dirty.key(b, kv, j, c) = bf16{garbage};
                        for (std::int64_t c = 0; c < s.value_channels; ++c) dirty.value(b, kv, j, c) = bf16{garbage};
                    }
            run(clean);
            run(dirty);
            CHECK(clean.same_bits(dirty));
        }
}

TEST_CASE("sm_80: a masked key of a live tile reaches no row that does not attend it", "[contract]") {
    for (float garbage : {nan_value, infinity, -infinity}) {
        INFO(garbage);
        small_problem<fp16> clean(tiles), dirty(tiles);
        const std::int64_t j = tiles.keys - 1; // only the last query sees it
        for (std::int64_t b = 0; b < tiles.batches; ++b)
            for (std::int64_t kv = 0; kv < tiles.kv_heads; ++kv)
                for (std::int64_t c = 0; c < tiles.value_channels; ++c) dirty.value(b, kv, j, c) = fp16{garbage};
        run(clean);
        run(dirty);
        int wrong = 0;
        for (std::int64_t b = 0; b < tiles.batches; ++b)
            for (std::int64_t head = 0; head < tiles.heads; ++head)
                for (std::int64_t i = 0; i < tiles.queries; ++i)
                    for (std::int64_t c = 0; c < tiles.value_channels; ++c) {
                        const float x = dirty.output(b, head, i, c), right = clean.output(b, head, i, c);
                        wrong += i + 1 < tiles.queries ? x != right
                                 : std::isnan(garbage) ? !std::isnan(x)
                                                       : x != garbage;
                    }
        CHECK(wrong == 0);
    }
}

TEST_CASE("sm_80: NaN and infinities in an attended key propagate", "[contract]") {
    const std::int64_t j = tiles.keys - 9;
    small_problem<fp16> in_key(tiles), in_value(tiles), infinite(tiles), clean(tiles), in_query(tiles);
    in_key.key(0, 1, j, 3) = fp16{nan_value};
    in_value.value(0, 1, j, 3) = fp16{nan_value};
    infinite.value(0, 1, j, 3) = fp16{infinity};
    in_query.q[0] = fp16{nan_value};
    for (auto* x : {&in_key, &in_value, &infinite, &clean, &in_query}) run(*x);
    int wrong = 0;
    for (std::int64_t head = 2; head < 4; ++head)
        for (std::int64_t i = 0; i < tiles.queries; ++i) {
            const bool sees = tiles.first_query + i >= j;
            for (std::int64_t c = 0; c < tiles.value_channels; ++c) {
                const float right = clean.output(0, head, i, c);
                const float key = in_key.output(0, head, i, c), value = in_value.output(0, head, i, c);
                wrong += sees ? !std::isnan(key) : key != right;
                wrong += sees && c == 3 ? !std::isnan(value) : value != right;
                wrong += sees && c == 3 ? infinite.output(0, head, i, c) != infinity
                                        : infinite.output(0, head, i, c) != right;
            }
        }
    CHECK(wrong == 0);
    CHECK(std::isnan(in_query.output(0, 0, 0, 0)));
    CHECK(std::isnan(in_query.l[0]));
    CHECK(in_query.output(1, 0, 0, 0) == clean.output(1, 0, 0, 0));
}

TEST_CASE("sm_80: a row with no key: output 0, logsumexp -inf, entropy 0", "[contract]") {
    small_problem<bf16> x(tiles);
    x.lengths = {tiles.keys, 0};
    run(x);
    CHECK(x.compared() == ""); // exact for rows without a key
    shape s = tiles;
    s.first_query = 3 - s.queries; // most queries stand before every key
    small_problem<bf16> early(s);
    run(early);
    CHECK(early.compared() == "");
    s.keys = 0;
    small_problem<bf16> none(s);
    none.run(engine{});
    CHECK(std::all_of(none.o.begin(), none.o.end(), [](float o) { return o == 0 && !std::signbit(o); }));
    CHECK(std::all_of(none.l.begin(), none.l.end(), [](float l) { return l == -infinity; }));
    CHECK(std::all_of(none.h.begin(), none.h.end(), [](float h) { return h == 0; }));
}

TEST_CASE("sm_80: query i is at q.first + i, key j at k.first + j", "[contract]") {
    for (std::int64_t moved : {std::int64_t{5}, std::int64_t{1} << 20, (std::int64_t{1} << 40) + 3}) {
        INFO("moved by " << moved);
        small_problem<bf16> here(tiles), there(tiles);
        there.s.first_query += moved;
        there.s.first_key += moved;
        for (auto& n : there.lengths) n += moved;
        run(here);
        run(there);
        CHECK(here.same_bits(there));
    }
}

TEST_CASE("sm_80: kv_head = head / (heads / kv_heads)", "[contract]") {
    for (auto [heads, kv_heads] : {std::pair<std::int64_t, std::int64_t>{6, 2}, {3, 3}, {6, 1}, {9, 3}}) {
        INFO(heads << " heads over " << kv_heads);
        shape s = tiles;
        s.batches = 1;
        s.queries = 20;
        s.heads = heads;
        s.kv_heads = kv_heads;
        small_problem<bf16> x(s);
        run(x);
        CHECK(x.compared() == "");
    }
}

TEST_CASE("sm_80: same inputs, same bits, whatever the batch", "[contract]") {
    small_problem<bf16> both(tiles), again(tiles);
    run(both);
    run(again, engine{{.seed = 3}});
    CHECK(both.same_bits(again));
    shape alone = tiles;
    alone.batches = 1;
    for (std::int64_t b = 0; b < 2; ++b) {
        small_problem<bf16> one(alone);
        const auto half = [b](auto const& x) {
            const auto n = static_cast<std::ptrdiff_t>(x.size() / 2);
            return std::remove_cvref_t<decltype(x)>(x.begin() + b * n, x.begin() + (b + 1) * n);
        };
        one.q = half(both.q), one.k = half(both.k), one.v = half(both.v);
        run(one);
        CHECK(small_problem<bf16>::equal_bits(one.o, half(both.o)));
        CHECK(small_problem<bf16>::equal_bits(one.l, half(both.l)));
    }
}

TEST_CASE("sm_80: what 32 bits or the kernel cannot hold is refused in a sentence", "[contract]") {
    shape s = few;
    s.channels = 64;
    small_problem<bf16> wide(s);
    CHECK(std::string(wide.try_run(engine{}).sentence()) ==
          "fovea: q has 64 channels but the kernel was made for at most 48; state them as a constant");
    s = few;
    s.value_channels = 40;
    small_problem<bf16> wide_values(s);
    CHECK(std::string(wide_values.try_run(engine{}).sentence()) ==
          "fovea: v has 40 channels but the kernel was made for at most 32; state them as a constant");
    s = few;
    s.first_key = (std::int64_t{1} << 60) + 1;
    small_problem<bf16> far(s);
    CHECK(
        std::string(far.try_run(engine{}).sentence()) ==
        "fovea: an operand's first position is 1152921504606846977 but a call takes at most 1152921504606846976; move "
        "all positions by the same number");
}
