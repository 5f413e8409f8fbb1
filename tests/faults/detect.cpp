// What the seeded faults of the engine have to get past: two rich variants over random shapes, quickly compiled.
#include "engine/random_case.hpp"
#include "support/catch.hpp"

namespace {

template <class Variant> void hold(std::uint64_t cases) {
    for (std::uint64_t seed = 0; seed < cases; ++seed) {
        const tests::case_outcome r =
            tests::run_random_case<Variant, float, float, fovea::index>(seed, tests::cpu_at_random<>{});
        INFO(Variant::name << ", seed " << seed);
        CHECK(r.why == "");
    }
}

} // namespace

TEST_CASE("sink logits, window, every statistic", "[sinks]") { hold<tests::variants::sinks>(60); }

TEST_CASE("rotation, softcap, ALiBi, window and sink tokens", "[combined]") {
    hold<tests::variants::everything_at_once>(60);
}
