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

TEST_CASE("the nearest entry of a table for a position is that for an integer", "[position]") {
    tests::draws draw{10};
    int wrong = 0;
    for (int i = 0; i < 100000; ++i) {
        const std::int64_t n = draw.one_in(2) ? draw.between(1, 300) : draw.between(1, 1ll << 60);
        const std::int64_t base = draw.one_in(3)   ? draw.between(-300, 300)
                                  : draw.one_in(2) ? n + draw.between(-300, 300)
                                                   : draw.between(-(1ll << 60), 1ll << 60);
        const fv::position a{base, static_cast<std::int32_t>(draw.between(-300, 300))};
        const fv::index x = a, expected = x < 0 ? 0 : x >= n ? n - 1 : x;
        const fv::position b = fv::nearest(a, n);
        wrong += fv::index{b} != expected || b.offset > 1 << 20 || b.offset < -(1 << 20);
    }
    CHECK(wrong == 0);
}

TEST_CASE("the remainder test of a position's base holds for every offset", "[position]") {
    tests::draws draw{11};
    int wrong = 0, met = 0;
    for (int i = 0; i < 200000; ++i) {
        const auto near = [&](std::int64_t a) { return a + draw.between(-300, 300); };
        const auto any = [&] { return draw.one_in(2) ? near(0) : draw.between(-(1ll << 60), 1ll << 60); };
        const auto magnitude = [&]() -> std::int64_t {
            if (draw.one_in(4)) return draw.between(1, 1ll << 40);
            if (draw.one_in(3)) return (1ll << 14) + draw.between(-3, 3);
            if (draw.one_in(50)) return 0;
            return draw.one_in(9) ? INT64_MAX : draw.between(1, 5000);
        };
        const std::int64_t n = draw.one_in(2) ? magnitude() : -magnitude();
        const std::int64_t base =
            draw.one_in(3) ? near(n > (1ll << 60) || n < -(1ll << 60) ? 0 : n * draw.between(-1, 1)) : any();
        const fv::position a{
            base, static_cast<std::int32_t>(draw.one_in(20) ? draw.between(-9000, 9000) : draw.between(-4096, 4096))};
        const std::int64_t x = a, remainder = n == 0 ? x : x % n; // x % 0 is x
        const std::int64_t b = draw.one_in(2) ? 0 : draw.one_in(2) ? remainder : draw.one_in(2) ? -remainder : any();
        const fv::remainder_test test({base, 0}, fv::remainder_test::divisor(n), b);
        met += remainder == b;
        wrong += test(a) != (remainder == b);
        wrong += fv::index{a % n} != remainder;
    }
    CHECK(wrong == 0);
    CHECK(met > 40000);
}
