// The random cases of the normal suite, and the same without end: FOVEA_SOAK_MINUTES=30 test_engine "[soak]".
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>

#include "engine/random_case.hpp"
#include "support/catch.hpp"

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t cases_wanted = 250; // each is ten times as slow
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::uint64_t cases_wanted = 250;
#else
constexpr std::uint64_t cases_wanted = 2100;
#endif
#else
constexpr std::uint64_t cases_wanted = 2100;
#endif

// One case by its number: every enlisted case in turn, each time with another seed.
tests::case_outcome run_case(std::uint64_t number, std::string& name) {
    auto const& all = tests::all_cases();
    tests::enlisted_case const& c = all[number % all.size()];
    const std::uint64_t seed = number / all.size();
    name = c.name + ", seed " + std::to_string(seed);
    return c.run(seed);
}

} // namespace

TEST_CASE("at least 2,000 random cases are within twice the error of an unfused computation", "[random]") {
    double worst = 0;
    std::string worst_name;
    for (std::uint64_t number = 0; number < cases_wanted; ++number) {
        std::string name;
        const tests::case_outcome outcome = run_case(number, name);
        INFO(name);
        CHECK(outcome.why == "");
        if (outcome.ratio > worst) {
            worst = outcome.ratio;
            worst_name = name;
        }
    }
    std::cout << cases_wanted << " random cases over " << tests::all_cases().size()
              << " combinations; largest ratio of fused to unfused rms error " << worst << " (" << worst_name << ")\n";
}

TEST_CASE("random cases for as long as FOVEA_SOAK_MINUTES says", "[.][soak]") {
    char const* minutes = std::getenv("FOVEA_SOAK_MINUTES");
    const double limit = 60 * (minutes ? std::atof(minutes) : 1);
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    std::uint64_t number = std::random_device{}();
    number = number << 20;
    const std::uint64_t first = number;
    double spoken = 0;
    for (; seconds() < limit; ++number) {
        std::string name;
        const tests::case_outcome outcome = run_case(number, name);
        if (!outcome.why.empty()) std::cout << "FAILED: " << name << ": " << outcome.why << std::endl;
        INFO(name);
        CHECK(outcome.why == "");
        if (seconds() > spoken + 10) {
            spoken = seconds();
            std::cout << number - first + 1 << " cases after " << static_cast<int>(spoken) << " s" << std::endl;
        }
    }
    std::cout << number - first << " random cases in " << static_cast<int>(seconds()) << " s" << std::endl;
}
