// The contract for bf16 operands on the CPU engine: in this machine's shape, as products of pairs in 16 lanes, and as
// those of the matrix unit.
#include "support/any_width.hpp"

#include <limits>

#include "engine/any_executor.hpp"
#include "engine/contract_rows.hpp"

namespace fv = fovea;
using tests::small_problem;

namespace {

constexpr fv::cpu_shape pairs = fv::default_shape({.lanes = 16, .registers = 32, .bf16_pairs = true}, true);

constexpr fv::cpu_shape tiles =
    fv::default_shape({.lanes = 16, .registers = 32, .bf16_pairs = false, .bf16_tiles = true}, true);

template <fv::cpu_shape Shape> struct on_shape {
    using element = fv::bf16;
    static std::vector<tests::shape> shapes() { return {tests::at_the_end(130, 300)}; }
    static void run(small_problem<fv::bf16>& x) { x.run(fv::cpu(tests::any_executor{}).with_shape<Shape>()); }
};

// x on an engine; keys and values that nobody attends are poisoned in a second run.
template <class Engine> void holds(Engine engine, tests::shape const& s) {
    small_problem<fv::bf16> clean(s), dirty(s);
    clean.lengths = dirty.lengths = {s.keys, s.keys - 11};
    clean.run(engine);
    CHECK(clean.compared() == "");
    for (std::int64_t j = s.keys - 11; j < s.keys; ++j) {
        for (std::int64_t c = 0; c < s.channels; ++c)
            dirty.key(1, 0, j, c) = fv::bf16{std::numeric_limits<float>::quiet_NaN()};
        for (std::int64_t c = 0; c < s.value_channels; ++c)
            dirty.value(1, 0, j, c) = fv::bf16{std::numeric_limits<float>::infinity()};
    }
    dirty.run(engine);
    CHECK(dirty.compared() == "");
}

} // namespace

// Weights that are rounded to bf16 are not what statistics are made of.
TEST_CASE("cpu, pairs of bf16: logsumexp is the natural log, of the score as written", "[contract][pairs]") {
    tests::contract::natural_logarithm<on_shape<pairs>>();
}
TEST_CASE("cpu, matrix unit: logsumexp is the natural log, of the score as written", "[contract][tiles]") {
    tests::contract::natural_logarithm<on_shape<tiles>>();
}

TEST_CASE("the contract holds for bf16 operands, for products of pairs and of the matrix unit", "[contract]") {
    const auto cpu = fv::cpu(tests::any_executor{});
    for (tests::shape const& s : {tests::at_the_end(130, 300), tests::at_the_end(2, 1100)}) {
        holds(cpu, s);
        holds(cpu.with_shape<pairs>(), s);
        holds(cpu.with_shape<tiles>(), s);
    }
}
