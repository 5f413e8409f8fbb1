// The contract, a named test for each row of its table, on the CPU's tile path and decode path and the reference
// engine; and what only the CPU engine has: packing ahead.
#include "engine/contract_rows.hpp"

#include <fovea/engine/reference/engine.hpp>

#include "engine/any_executor.hpp"

namespace {

using tests::shape;
using tests::small_problem;

// One engine type for all CPU runs.
fovea::cpu_engine<tests::any_executor> cpu(tests::any_executor e = {}) { return fovea::cpu(std::move(e)); }

// Many queries: tiles, with a short last one of both. Few: decoding, over several pieces of keys.
std::vector<shape> tiles_and_few() { return {tests::at_the_end(130, 300), tests::at_the_end(2, 1100)}; }

struct on_cpu {
    static constexpr char const* name = "cpu";
    using element = float;
    static std::vector<shape> shapes() { return tiles_and_few(); }
    static void run(small_problem<float>& x) { x.run(cpu()); }
    template <class F> static void every_way(F f) {
        using order = tests::any_executor::order;
        for (order how : {order::forwards, order::backwards, order::shuffled, order::threads})
            for (int workers : {1, 2, 3, 7, 16}) {
                INFO(workers << " workers, order " << static_cast<int>(how));
                f([&](small_problem<float>& x) { x.run(cpu({how, workers})); });
            }
    }
};

struct on_reference {
    static constexpr char const* name = "reference";
    using element = float;
    static std::vector<shape> shapes() { return tiles_and_few(); }
    static void run(small_problem<float>& x) { x.run(fovea::reference()); }
    template <class F> static void every_way(F f) { f(run); }
};

const int rows[] = {tests::hold_to_contract<on_cpu>(), tests::hold_to_contract<on_reference>()};

} // namespace

TEST_CASE("results do not depend on how much may be packed ahead", "[contract]") {
    for (shape const& s : tiles_and_few()) {
        small_problem<float> packed(s), unpacked(s);
        packed.run(cpu());
        unpacked.run(cpu().with_packing(0));
        CHECK(unpacked.same_bits(packed));
    }
}
