// The scalar functions of the language: what they do with NaN, and the intervals of the monotone ones.
#include <cmath>
#include <fovea/base/math.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace { // <strings.h> has a global index()

using fovea::bounds;
using fovea::index;

TEST_CASE("a NaN on the left of max and min wins, one on the right loses", "[math]") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isnan(fovea::max(nan, 1.f)));
    CHECK(std::isnan(fovea::min(nan, 1.f)));
    CHECK(fovea::max(1.f, nan) == 1.f);
    CHECK(fovea::min(1.f, nan) == 1.f);
    CHECK(fovea::max(index{-3}, index{2}) == 2);
    CHECK(fovea::min(index{-3}, index{2}) == -3);
    CHECK(fovea::abs(index{-3}) == 3);
    CHECK(fovea::select(false, 1.f, 2.f) == 2.f);
}

TEST_CASE("log2 keeps its error, and what has no logarithm gives what the library does", "[math]") {
    tests::draws draw{3};
    double worst = 0;
    for (int i = 0; i < 100000; ++i) {
        const float x = i % 2 ? std::exp2(draw.uniform(-125.9f, 127.9f)) : 1 + draw.uniform(-0.4f, 0.4f);
        const double right = std::log2(double{x}), error = std::abs(fovea::log2(x) - right);
        const double relative = right == 0 ? error : error / std::abs(right);
        worst = !(relative <= worst) ? relative : worst;
    }
    CHECK(worst <= 3e-7);
    for (int n = -126; n <= 127; ++n) CHECK(fovea::log2(std::ldexp(1.f, n)) == static_cast<float>(n));
    const float infinity = std::numeric_limits<float>::infinity();
    CHECK(fovea::log2(0.f) == -infinity);
    CHECK(fovea::log2(infinity) == infinity);
    CHECK(fovea::log2(1e-41f) == std::log2(1e-41f));
    CHECK(std::isnan(fovea::log2(-1.f)));
    CHECK(std::isnan(fovea::log2(std::numeric_limits<float>::quiet_NaN())));
}

TEST_CASE("intervals of exp, exp2, log and tanh hold their points", "[math]") {
    tests::draws draw{2};
    int faults = 0;
    for (int i = 0; i < 20000; ++i) {
        float lo = draw.uniform(-100, 100), hi = lo + draw.uniform(0, 1) * draw.uniform(0, 20);
        const float x = draw.uniform(lo, hi);
        if (!(lo <= x && x <= hi)) continue;
        const auto holds = [&](bounds whole, double point) {
            const float rounded = static_cast<float>(point);
            return whole.lo <= rounded && rounded <= whole.hi;
        };
        faults += !holds(fovea::exp(bounds{lo, hi}), std::exp(double{x}));
        faults += !holds(fovea::exp2(bounds{lo, hi}), std::exp2(double{x}));
        faults += !holds(fovea::tanh(bounds{lo, hi}), std::tanh(double{x}));
        if (x > 0) faults += !holds(fovea::log(bounds{lo, hi}), std::log(double{x}));
    }
    CHECK(faults == 0);
}

} // namespace
