// A position behaves as the integer it stands for.
#include <fovea/base/position.hpp>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;

TEST_CASE("sums, differences and comparisons of positions are those of integers", "[position]") {
    tests::draws draw{9};
    int wrong = 0;
    for (int i = 0; i < 100000; ++i) {
        const auto near = [&] {
            return draw.one_in(2) ? draw.between(-300, 300) : draw.between(-(1ll << 60), 1ll << 60);
        };
        const std::int64_t base = near(), other = draw.one_in(3) ? near() : base + draw.between(-300, 300);
        const fv::position a{base, static_cast<std::int32_t>(draw.between(-300, 300))};
        const fv::position b{other, static_cast<std::int32_t>(draw.between(-300, 300))};
        const std::int64_t x = a, y = b, n = draw.one_in(2) ? x + draw.between(-2, 2) : draw.any_size();
        wrong += (a < b) != (x < y) || (a <= b) != (x <= y) || (a > b) != (x > y) || (a >= b) != (x >= y);
        wrong += (a == b) != (x == y) || (a != b) != (x != y);
        wrong += (a < n) != (x < n) || (a <= n) != (x <= n) || (a > n) != (x > n) || (a >= n) != (x >= n);
        wrong += (n < a) != (n < x) || (n <= a) != (n <= x) || (n > a) != (n > x) || (n >= a) != (n >= x);
        wrong += (a == n) != (x == n) || (a != n) != (x != n);
        wrong += fv::index{a + b} != x + y || fv::index{a - b} != x - y || fv::index{-a} != -x;
        const fv::index seven = 7;
        wrong += fv::index{a + seven} != x + 7 || fv::index{seven - a} != 7 - x;
    }
    CHECK(wrong == 0);
}
