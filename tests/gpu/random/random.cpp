// The random cases of the engines' suite on a GPU, held to the same oracle and the same bounds.
#include <iostream>

#include "engine/random_case.hpp"
#include "support/catch.hpp"

namespace {

// Runs so many of each enlisted case; stops where the device broke, because every later case would only say so again.
void check_cases(std::uint64_t of_each) {
    auto const& all = tests::all_cases();
    double worst = 0;
    std::string worst_name;
    for (std::uint64_t number = 0; number < of_each * all.size(); ++number) {
        tests::enlisted_case const& c = all[number % all.size()];
        const std::uint64_t seed = number / all.size();
        const tests::case_outcome outcome = c.run(seed);
        INFO(c.name << ", seed " << seed);
        CHECK(outcome.why == "");
        if (outcome.why.find("the kernel ended with") != std::string::npos) FAIL("the device is lost");
        if (outcome.ratio > worst) {
            worst = outcome.ratio;
            worst_name = c.name + ", seed " + std::to_string(seed);
        }
    }
    std::cout << of_each * all.size() << " random cases over " << all.size()
              << " combinations; largest ratio of fused to unfused rms error " << worst << " (" << worst_name << ")\n";
}

} // namespace

TEST_CASE("random cases on the device are within twice the error of an unfused computation") { check_cases(40); }

TEST_CASE("two of each random case", "[sanitize]") { check_cases(2); }
