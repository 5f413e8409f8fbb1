// Runs what is compared alternately and takes medians, so that a slow minute of the machine hits all alike.
//
//     auto s = bench::alternate({[&] { ours(); }, [&] { theirs(); }, [&] { bare_products(); }}, effort);
//     s[0] / s[1]      // a ratio of medians, seconds of thread CPU time each
#pragma once
#include <algorithm>
#include <functional>
#include <vector>

#include "support/clock.hpp"

namespace bench {

using work = std::function<void()>;

// repeats: at most so many rounds, at least 3; seconds: what all rounds together may take; sample: least length of one
// timed piece, shorter work is repeated within it.
struct effort {
    int repeats = 15;
    double seconds = 3, sample = 3e-3;
};
constexpr effort quick_effort{3, 0.2, 3e-4};

inline double median(std::vector<double> x) {
    const auto middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
    std::nth_element(x.begin(), middle, x.end());
    if (x.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(x.begin(), middle)) / 2;
}

// Seconds of one call of each, by `clock`.
inline std::vector<double> alternate(std::vector<work> const& candidates, effort e,
                                     double (*clock)() = thread_seconds) {
    const std::size_t n = candidates.size();
    std::vector<int> inner(n, 1);
    double round = 0;
    for (std::size_t i = 0; i < n; ++i) {
        candidates[i](); // touches memory, fills caches
        const double begin = clock();
        candidates[i]();
        const double once = std::max(clock() - begin, 1e-8);
        inner[i] = static_cast<int>(std::clamp(e.sample / once, 1., 1e5));
        round += once * inner[i];
    }
    const int rounds = static_cast<int>(std::clamp(e.seconds / round, 3., static_cast<double>(std::max(e.repeats, 3))));
    std::vector<std::vector<double>> samples(n);
    for (int r = 0; r < rounds; ++r)
        for (std::size_t step = 0; step < n; ++step) {
            const std::size_t i = r % 2 == 0 ? step : n - 1 - step; // nobody always follows the same neighbour
            const double begin = clock();
            for (int k = 0; k < inner[i]; ++k) candidates[i]();
            samples[i].push_back((clock() - begin) / inner[i]);
        }
    std::vector<double> medians;
    for (auto const& s : samples) medians.push_back(median(s));
    return medians;
}

} // namespace bench
