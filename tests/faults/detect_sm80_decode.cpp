// What the seeded faults of the sm_80 engine's decoding kernels have to get past: one expression over a few shapes in
// the emulator, with every access checked, quickly compiled.
#include <limits>
#include <memory>

#include "engine/sm80/emulated_decode.hpp"
#include "engine/small_problem.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using problem = tests::small_problem<fv::bf16>;
using engine = tests::emulated_decode<fv::tile_shape{.query = 16, .key = 32, .warps = 2, .stages = 2},
                                      fv::sm80::head_sizes{48, 32}>;

namespace {

const tests::shape few{.batches = 2,
                       .heads = 6,
                       .kv_heads = 2,
                       .queries = 7,
                       .keys = 390,
                       .channels = 40,
                       .value_channels = 24,
                       .first_query = 383,
                       .placed = true};

std::string run(problem& x, engine const& e) {
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
    return x.try_run(e).sentence();
}

} // namespace

TEST_CASE("results and every access", "[decode]") {
    for (auto [pieces, seed] : {std::pair{1, 0u}, {5, 0u}, {9, 5u}}) {
        problem x(few, 3 + seed);
        x.lengths = {390, 70}; // three tiles of the second: pieces without one
        for (auto& q : x.q) q = fv::bf16{9 * static_cast<float>(q)}; // scores far apart: references differ
        const auto landing = seed != 0 ? fv::simt::landing::early : fv::simt::landing::late;
        CHECK(run(x, {.how = {.seed = seed, .landing = landing}, .pieces = pieces, .least_tiles = 1}) == "");
        CHECK(x.compared() == "");
    }
}

TEST_CASE("what is not finite", "[decode]") {
    problem clean(few), dirty(few);
    const std::int64_t j = few.keys - 3;
    dirty.value(0, 0, j, 3) = fv::bf16{std::numeric_limits<float>::infinity()};
    const engine cut{.how = {}, .pieces = 4, .least_tiles = 1};
    CHECK(run(clean, cut) == "");
    CHECK(run(dirty, cut) == "");
    int wrong = 0;
    for (std::int64_t head = 0; head < few.heads; ++head)
        for (std::int64_t i = 0; i < few.queries; ++i)
            for (std::int64_t c = 0; c < few.value_channels; ++c) {
                const float x = dirty.output(0, head, i, c);
                const bool reached = head < 3 && few.first_query + i >= j && c == 3;
                wrong += reached ? !std::isinf(x) : x != clean.output(0, head, i, c);
            }
    CHECK(wrong == 0);
}
