// The contract for bf16 operands on the CPU engine: in this machine's shape, and as products of pairs in 16 lanes.
#include "support/any_width.hpp"

#include <limits>

#include "engine/any_executor.hpp"
#include "engine/small_problem.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using tests::shape;
using tests::small_problem;

namespace {

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

} // namespace

TEST_CASE("the contract holds for bf16 operands, and for products of pairs", "[contract]") {
    constexpr fv::cpu_shape pairs = fv::default_shape({.lanes = 16, .registers = 32, .bf16_pairs = true}, true);
    const auto cpu = fv::cpu(tests::any_executor{});
    for (shape const& s : {tiles, few}) {
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
