// The contract for bf16 operands on the CPU engine: in this machine's shape, and as products of pairs in 16 lanes.
#include "support/any_width.hpp"

#include <limits>

#include "engine/any_executor.hpp"
#include "engine/contract_rows.hpp"

namespace fv = fovea;
using tests::small_problem;

namespace {

constexpr fv::cpu_shape pairs = fv::default_shape({.lanes = 16, .registers = 32, .bf16_pairs = true}, true);

struct on_pairs {
    using element = fv::bf16;
    static std::vector<tests::shape> shapes() { return {tests::at_the_end(130, 300)}; }
    static void run(small_problem<fv::bf16>& x) { x.run(fv::cpu(tests::any_executor{}).with_shape<pairs>()); }
};

} // namespace

// Weights that are rounded to bf16 are not what statistics are made of.
TEST_CASE("cpu, pairs of bf16: logsumexp is the natural log, of the score as written", "[contract][pairs]") {
    tests::contract::natural_logarithm<on_pairs>();
}

TEST_CASE("the contract holds for bf16 operands, and for products of pairs", "[contract]") {
    const auto cpu = fv::cpu(tests::any_executor{});
    for (tests::shape const& s : {tests::at_the_end(130, 300), tests::at_the_end(2, 1100)}) {
        small_problem<fv::bf16> x(s), y(s), dirty(s);
        x.lengths = y.lengths = dirty.lengths = {s.keys, s.keys - 11};
        x.run(cpu);
        CHECK(x.compared() == "");
        auto wide = cpu.with_shape<pairs>();
        y.run(wide);
        CHECK(y.compared() == "");
        for (std::int64_t j = s.keys - 11; j < s.keys; ++j) {
            for (std::int64_t c = 0; c < s.channels; ++c)
                dirty.key(1, 0, j, c) = fv::bf16{std::numeric_limits<float>::quiet_NaN()};
            for (std::int64_t c = 0; c < s.value_channels; ++c)
                dirty.value(1, 0, j, c) = fv::bf16{std::numeric_limits<float>::infinity()};
        }
        dirty.run(wide);
        CHECK(dirty.compared() == "");
    }
}
