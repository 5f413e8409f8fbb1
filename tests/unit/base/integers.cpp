// Sums, differences and products that stay at the ends of the 64-bit range, against 128-bit arithmetic.
#include <fovea/base/integers.hpp>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace { // <strings.h> has a global index()

using fovea::index;

__extension__ typedef __int128 wide;

index held(wide x) {
    return x > fovea::index_max ? fovea::index_max : x < fovea::index_min ? fovea::index_min : static_cast<index>(x);
}

int disagreements(index a, index b) {
    return (fovea::add_saturated(a, b) != held(wide{a} + b)) + (fovea::subtract_saturated(a, b) != held(wide{a} - b)) +
           (fovea::multiply_saturated(a, b) != held(wide{a} * b)) + (fovea::negate_saturated(a) != held(-wide{a}));
}

TEST_CASE("saturated arithmetic is the exact result held inside 64 bits", "[integers]") {
    const index ends[] = {fovea::index_min,     fovea::index_min + 1, -3, -1, 0, 1, 2,
                          fovea::index_max - 1, fovea::index_max};
    for (index a : ends)
        for (index b : ends) {
            INFO(a << " and " << b);
            CHECK(disagreements(a, b) == 0);
        }
    tests::draws draw{1};
    int faults = 0;
    for (int i = 0; i < 200000; ++i) {
        const index a = draw.any_size(), b = draw.any_size();
        faults += disagreements(a, b);
    }
    CHECK(faults == 0);
}

TEST_CASE("quotients, remainders and shifts have a value everywhere", "[integers]") {
    CHECK(fovea::quotient(7, 0) == 0);
    CHECK(fovea::rest(7, 0) == 7);
    CHECK(fovea::quotient(fovea::index_min, -1) == fovea::index_min);
    CHECK(fovea::rest(fovea::index_min, -1) == 0);
    CHECK(fovea::quotient(-7, 2) == -3);
    CHECK(fovea::rest(-7, 2) == -1);
    CHECK(fovea::shifted_left(3, 62) == fovea::index_min + (index{1} << 62));
    CHECK(fovea::shifted_right(-3, 1) == -2);
    for (const index n : {index{-1}, index{64}, fovea::index_min, fovea::index_max}) {
        CHECK(fovea::shifted_left(-3, n) == 0);
        CHECK(fovea::shifted_right(3, n) == 0);
        CHECK(fovea::shifted_right(-3, n) == -1);
    }
}

TEST_CASE("sizes are rounded up to whole tiles", "[integers]") {
    for (index a = 0; a <= 40; ++a)
        for (index b = 1; b <= 9; ++b) {
            CHECK(fovea::ceil_div(a, b) * b >= a);
            CHECK((fovea::ceil_div(a, b) - 1) * b < a);
            CHECK(fovea::round_up(a, b) == fovea::ceil_div(a, b) * b);
        }
    CHECK(fovea::least(index{3}, index{-4}) == -4);
    CHECK(fovea::greatest(index{3}, index{-4}) == 3);
}

} // namespace
