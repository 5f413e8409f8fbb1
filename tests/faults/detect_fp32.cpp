// What the seeded faults of fp32 on the sm_80 engine have to get past: one expression, quickly compiled.
#include <limits>

#include "engine/sm80/emulated.hpp"
#include "engine/small_problem.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using problem = tests::small_problem<float>;
using engine =
    tests::emulated<fv::tile_shape{.query = 32, .key = 16, .warps = 2, .stages = 2}, fv::sm80::head_sizes{48, 48}>;

namespace {

const tests::shape tiles{
    .heads = 2, .queries = 40, .keys = 70, .channels = 40, .value_channels = 44, .first_query = 35, .placed = true};

} // namespace

TEST_CASE("results, and no bank conflict", "[fp32]") {
    problem x(tiles);
    fv::simt::report said;
    CHECK(std::string(x.try_run(engine{{.count = true}, &said}).sentence()) == "");
    CHECK(x.compared() == "");
    CHECK(said.total().wavefronts == said.total().ideal_wavefronts);
}

TEST_CASE("a key at minus infinity weighs nothing, as a masked one", "[fp32]") {
    problem clean(tiles), dirty(tiles);
    for (std::int64_t i = 0; i < tiles.heads * tiles.queries; ++i) // every query looks its way, one by a number of tf32
        dirty.q[problem::size(i * tiles.channels)] = clean.q[problem::size(i * tiles.channels)] = i % 2 ? 1.f : 1.1f;
    const std::int64_t j = tiles.keys - 1; // of the last query alone
    dirty.key(0, 0, j, 0) = -std::numeric_limits<float>::infinity();
    clean.lengths[0] = j;
    clean.run(engine{});
    dirty.run(engine{});
    CHECK(clean.same_bits(dirty));
}
