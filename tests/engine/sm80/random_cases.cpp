// The random cases of the sm_80 engine in the emulator: every variant in turn, each time with another seed.
#include <chrono>
#include <cstdlib>
#include <iostream>

#include "engine/sm80/at_random.hpp"
#include "support/catch.hpp"

TEST_CASE("at least 600 random cases are within twice the error of an unfused computation", "[random]") {
    constexpr std::uint64_t cases_wanted = 690;
    auto const& all = tests::all_cases();
    double worst = 0;
    std::string worst_name;
    for (std::uint64_t number = 0; number < cases_wanted; ++number) {
        tests::enlisted_case const& c = all[number % all.size()];
        const std::uint64_t seed = 5000 + number / all.size();
        const tests::case_outcome outcome = c.run(seed);
        INFO(c.name << ", seed " << seed);
        CHECK(outcome.why == "");
        if (outcome.ratio > worst) {
            worst = outcome.ratio;
            worst_name = c.name + ", seed " + std::to_string(seed);
        }
    }
    std::cout << cases_wanted << " random cases over " << all.size()
              << " combinations in the emulator; largest ratio of fused to unfused rms error " << worst << " ("
              << worst_name << ")\n";
}
