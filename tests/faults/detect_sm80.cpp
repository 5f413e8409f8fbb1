// What the seeded faults of the sm_80 engine have to get past: one expression over a few shapes in the emulator, with
// every access checked, quickly compiled.
#include <limits>
#include <memory>

#include "engine/sm80/emulated.hpp"
#include "engine/small_problem.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using problem = tests::small_problem<fv::bf16>;
using engine =
    tests::emulated<fv::tile_shape{.query = 64, .key = 32, .warps = 2, .stages = 2}, fv::sm80::head_sizes{48, 32}>;

namespace {

const tests::shape tiles{
    .heads = 2, .queries = 70, .keys = 150, .channels = 40, .value_channels = 24, .first_query = 85, .placed = true};

std::string run(problem& x, fv::simt::options how = {}) {
    using fv::simt::memory_range;
    using fv::simt::role;
    std::vector<std::unique_ptr<memory_range>> known;
    const auto know = [&](auto const& v, role as, char const* name) {
        known.push_back(std::make_unique<memory_range>(v.data(), v.size() * sizeof(v[0]), sizeof(v[0]), as, name));
    };
    know(x.q, role::input, "q"), know(x.k, role::input, "k"), know(x.v, role::input, "v");
    know(x.lengths, role::input, "lengths");
    know(x.o, role::output, "o"), know(x.l, role::output, "l"), know(x.m, role::output, "m");
    know(x.h, role::output, "h");
    const fv::status ran = x.try_run(engine{how});
    return ran.sentence();
}

} // namespace

TEST_CASE("results and every access", "[sm80]") {
    tests::shape few = tiles;
    few.queries = 2, few.keys = 1100, few.first_query = 1097; // more than 32 tiles
    tests::shape none = tiles;
    none.first_query = -500; // before every key: a block without a tile
    for (tests::shape const& s : {tiles, few, none})
        for (fv::word seed : {0u, 5u}) {
            problem x(s, 3 + seed);
            if (seed == 0) // scores far apart: references are raised
                for (auto& q : x.q) q = fv::bf16{12 * static_cast<float>(q)};
            CHECK(run(x, {.seed = seed, .landing = seed ? fv::simt::landing::early : fv::simt::landing::late}) == "");
            CHECK(x.compared() == "");
        }
}

TEST_CASE("queries after every key, lengths beyond them", "[sm80]") {
    tests::shape after = tiles;
    after.first_query = 300;
    problem x(after);
    for (auto& n : x.lengths) n = after.keys + 100;
    CHECK(run(x) == "");
    CHECK(x.compared() == "");
}

TEST_CASE("statistics are of the weights before they are rounded", "[sm80]") {
    tests::shape few_keys = tiles;
    few_keys.first_query = 0;
    problem x(few_keys);
    CHECK(run(x) == "");
    CHECK(x.compared() == "");
    double dot = 0; // of the first query and the only key that it sees
    for (std::int64_t c = 0; c < few_keys.channels; ++c)
        dot += static_cast<double>(x.q[problem::size(c)]) * static_cast<double>(x.key(0, 0, 0, c));
    CHECK(std::abs(x.l[0] - dot / std::sqrt(static_cast<double>(few_keys.channels))) < 1e-5);
    CHECK(std::abs(x.h[0]) < 1e-6);
}

TEST_CASE("what is not finite", "[sm80]") {
    problem clean(tiles), dirty(tiles);
    const std::int64_t j = tiles.keys - 9;
    dirty.value(0, 0, j, 3) = fv::bf16{std::numeric_limits<float>::infinity()};
    CHECK(run(clean) == "");
    CHECK(run(dirty) == "");
    int wrong = 0;
    for (std::int64_t head = 0; head < tiles.heads; ++head)
        for (std::int64_t i = 0; i < tiles.queries; ++i)
            for (std::int64_t c = 0; c < tiles.value_channels; ++c) {
                const float x = dirty.output(0, head, i, c);
                wrong += tiles.first_query + i >= j && c == 3 ? !std::isinf(x) : x != clean.output(0, head, i, c);
            }
    CHECK(wrong == 0);
}

TEST_CASE("no bank conflict", "[sm80]") {
    problem x(tiles);
    fv::simt::report said;
    engine e{{.count = true}, &said};
    x.run(e);
    CHECK(said.total().wavefronts == said.total().ideal_wavefronts);
}
