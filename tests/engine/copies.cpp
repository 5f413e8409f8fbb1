// Copies of operands on the CPU engine and the reference engine.
#include <fovea/engine/reference/engine.hpp>

#include "engine/any_executor.hpp"
#include "engine/copy_cases.hpp"

namespace {

const auto threads = fovea::cpu(tests::any_executor{tests::any_executor::order::threads, 3});

} // namespace

TEST_CASE("RoPE is exact to positions of 1M: every frequency type, halves and pairs", "[copies][rope]") {
    tests::rotates_exactly(fovea::cpu());
    tests::rotates_exactly(fovea::reference());
}

TEST_CASE("a copy appends to a cache: rotated, converted, and nothing beside it touched", "[copies]") {
    tests::appends_to_a_cache(threads);
    tests::appends_to_a_cache(fovea::reference());
}

TEST_CASE("an operand is rotated in place", "[copies][rope]") {
    tests::rotates_in_place(fovea::cpu());
    tests::rotates_in_place(threads);
    tests::rotates_in_place(fovea::reference());
}

TEST_CASE("a plain copy converts between formats and layouts bit for bit", "[copies]") {
    tests::converts(threads);
    tests::converts(fovea::reference());
}
