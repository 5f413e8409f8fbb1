// One type for all orders of work, so that a variant is compiled once for all of them.
//
//     fovea::cpu(tests::any_executor{tests::any_executor::order::threads, 3})
#pragma once
#include <cstdint>
#include <thread>
#include <vector>

#include "support/draws.hpp"

namespace tests {

// In order, backwards, shuffled, or each index on a thread of its own.
struct any_executor {
    enum class order { forwards, backwards, shuffled, threads };
    order how = order::forwards;
    int workers = 1;
    int concurrency() const { return workers; }
    template <class F> void run(std::int64_t n, F const& f) const {
        if (how == order::forwards)
            for (std::int64_t i = 0; i < n; ++i) f(i);
        else if (how == order::backwards)
            for (std::int64_t i = n - 1; i >= 0; --i) f(i);
        else if (how == order::shuffled)
            for (std::int64_t i = 0, step = n % 7 != 0 ? 7 : n % 11 != 0 ? 11 : 13; i < n; ++i) f(i * step % n);
        else {
            std::vector<std::thread> team;
            for (std::int64_t i = 0; i < n; ++i) team.emplace_back([&f, i] { f(i); });
            for (std::thread& t : team) t.join();
        }
    }
    static any_executor at_random(draws& draw) {
        const auto how = draw.of({order::forwards, order::forwards, order::backwards, order::shuffled, order::threads});
        return {how, static_cast<int>(draw.of<std::int64_t>({1, 2, 3, 8}))};
    }
};

} // namespace tests
