// The stated errors of the elementary functions, measured; and their exact values at the ends of the range.
#include "support/any_width.hpp"

#include <cmath>
#include <fovea/machine/simd/elementary.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/draws.hpp"

using fovea::real_lanes;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

// The largest |f(x) / exact(x) - 1| over [lo, hi], by even steps and by draws.
template <int N, class F, class Exact> double largest_error(F f, Exact exact, float lo, float hi) {
    tests::draws draw{11};
    double worst = 0;
    const int rounds = 20000;
    for (int round = 0; round < rounds; ++round) {
        real_lanes<N> x{};
        for (int i = 0; i < N; ++i) {
            const double step = (round + static_cast<double>(i) / N) / rounds;
            x.v[i] = round % 2 ? draw.uniform(lo, hi) : static_cast<float>(lo + (hi - lo) * step);
        }
        const real_lanes<N> y = f(x);
        for (int i = 0; i < N; ++i) {
            const double right = exact(static_cast<double>(x[i]));
            const double error = right == 0 ? std::abs(y[i]) : std::abs(y[i] / right - 1);
            worst = !(error <= worst) ? error : worst;
        }
    }
    return worst;
}

// The largest f(x) over [lo, hi].
template <int N, class F> float largest_result(F f, float lo, float hi) {
    tests::draws draw{12};
    float largest = -infinity;
    for (int round = 0; round < 20000; ++round) {
        real_lanes<N> x{};
        for (int i = 0; i < N; ++i) x.v[i] = draw.uniform(lo, hi);
        const real_lanes<N> y = f(x);
        for (int i = 0; i < N; ++i) largest = !(y[i] <= largest) ? y[i] : largest;
    }
    return largest;
}

constexpr auto power = [](double x) { return std::exp2(x); };
constexpr auto exponential = [](double x) { return std::exp(x); };
constexpr auto tangent = [](double x) { return std::tanh(x); };

} // namespace

TEMPLATE_TEST_CASE_SIG("exp2 keeps its stated error", "[elementary]", ((int N), N), 4, 8, 16) {
    const auto five = [](real_lanes<N> x) { return fovea::exp2(x); };
    const auto three = [](real_lanes<N> x) { return fovea::exp2<fovea::exp2_terms{3}>(x); };
    CHECK(largest_error<N>(five, power, std::nextafter(-125.5f, 0.f), 127.4f) <= 2e-7);
    CHECK(largest_error<N>(five, power, -1.f, 9.f) <= 2e-7);
    CHECK(largest_error<N>(three, power, std::nextafter(-125.5f, 0.f), 9.f) <= 1.1e-4);
}

TEMPLATE_TEST_CASE_SIG("exp2 of whole numbers is exact", "[elementary]", ((int N), N), 4, 8, 16) {
    for (int n = -125; n <= 127; ++n)
        CHECK(fovea::exp2(fovea::splat<N>(static_cast<float>(n)))[N - 1] == std::ldexp(1.f, n));
}

// Denormal weights, of scores that fall steadily with the distance, made an Intel core several times as slow.
TEMPLATE_TEST_CASE_SIG("exp2 is 0 from -125.5 down, and never denormal", "[elementary]", ((int N), N), 4, 8, 16) {
    int faults = 0;
    for (float x = -152.f; x < -124.f; x += 0x1p-6f)
        for (const auto y : {fovea::exp2(fovea::splat<N>(x)), fovea::exp2<fovea::exp2_terms{3}>(fovea::splat<N>(x))})
            faults += (y[N - 1] == 0) != (x <= -125.5f) || std::fpclassify(y[N - 1]) == FP_SUBNORMAL;
    CHECK(faults == 0);
}

TEMPLATE_TEST_CASE_SIG("exp2 of a masked score is exactly 0, of a NaN a NaN", "[elementary]", ((int N), N), 4, 8, 16) {
    for (float x : {-infinity, -std::numeric_limits<float>::max(), -1e30f, -200.f}) {
        INFO(x);
        CHECK(fovea::exp2(fovea::splat<N>(x))[0] == 0.f);
        CHECK(fovea::exp2<fovea::exp2_terms{3}>(fovea::splat<N>(x))[N - 1] == 0.f);
        CHECK(fovea::exp(fovea::splat<N>(x))[0] == 0.f);
    }
    CHECK(std::isnan(fovea::exp2(fovea::splat<N>(nan_value))[0]));
    CHECK(std::isnan(fovea::exp2<fovea::exp2_terms{3}>(fovea::splat<N>(nan_value))[0]));
    CHECK(std::isnan(fovea::exp(fovea::splat<N>(nan_value))[N - 1]));
    CHECK(std::isnan(fovea::tanh(fovea::splat<N>(nan_value))[N - 1]));
}

TEMPLATE_TEST_CASE_SIG("a weight of 0 adds nothing, whatever it weighs", "[elementary]", ((int N), N), 4, 8, 16) {
    const auto sum = fovea::splat<N>(3.f);
    for (float x : {-infinity, -std::numeric_limits<float>::max(), -200.f, -3.f, 0.f, 2.f}) {
        INFO(x);
        const auto added = add_weighted(fovea::exp2(fovea::splat<N>(x)), fovea::splat<N>(x), sum);
        const float right = x < -126 ? 3.f : 3.f + std::exp2(x) * x;
        CHECK(std::abs(added[0] - right) <= 1e-6f);
        CHECK(added[N - 1] == added[0]);
        CHECK(std::abs(fovea::add_weighted(std::exp2(x), x, 3.f) - right) <= 1e-6f);
    }
    const auto nan = fovea::splat<N>(nan_value);
    CHECK(std::isnan(add_weighted(fovea::exp2(nan), nan, sum)[0]));
}

TEMPLATE_TEST_CASE_SIG("exp keeps its error over the whole range and ends in infinity", "[elementary]", ((int N), N), 4,
                       8, 16) {
    const auto f = [](real_lanes<N> x) { return fovea::exp(x); };
    CHECK(largest_error<N>(f, exponential, -87.3f, 88.7f) <= 3e-7);
    CHECK(fovea::exp(fovea::splat<N>(0.f))[0] == 1.f);
    for (float x : {89.f, 200.f, 1e30f, infinity}) {
        INFO(x);
        CHECK(fovea::exp(fovea::splat<N>(x))[0] == infinity);
    }
}

TEMPLATE_TEST_CASE_SIG("tanh keeps its relative error everywhere", "[elementary]", ((int N), N), 4, 8, 16) {
    const auto f = [](real_lanes<N> x) { return fovea::tanh(x); };
    CHECK(largest_error<N>(f, tangent, -12.f, 12.f) <= 3e-7);
    CHECK(largest_error<N>(f, tangent, 3.f, 9.f) <= 3e-7);
    CHECK(largest_error<N>(f, tangent, -0.4f, 0.4f) <= 3e-7);
    CHECK(largest_error<N>(f, tangent, -1e-3f, 1e-3f) <= 3e-7);
    CHECK(largest_error<N>(f, tangent, 1e-20f, 1e-18f) <= 3e-7);
    CHECK(largest_result<N>(f, 5.f, 9.5f) == 1.f);
    for (float x : {9.5f, 20.f, 1e10f, infinity}) {
        INFO(x);
        CHECK(fovea::tanh(fovea::splat<N>(x))[0] == 1.f);
        CHECK(fovea::tanh(fovea::splat<N>(-x))[N - 1] == -1.f);
    }
    CHECK(fovea::tanh(fovea::splat<N>(0.f))[0] == 0.f);
}

TEMPLATE_TEST_CASE_SIG("log is the scalar logarithm", "[elementary]", ((int N), N), 4, 8, 16) {
    const auto f = [](real_lanes<N> x) { return fovea::log(x); };
    CHECK(largest_error<N>(f, [](double x) { return std::log(x); }, 2.f, 1e6f) <= 1.2e-7);
    CHECK(fovea::log(fovea::splat<N>(0.f))[0] == -infinity);
}
