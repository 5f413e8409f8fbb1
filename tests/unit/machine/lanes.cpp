// Lanes do lane by lane what the scalar operators do.
#include "support/any_width.hpp"

#include <cmath>
#include <cstdint>
#include <fovea/machine/simd/hooks.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/draws.hpp"

using fovea::int_lanes;
using fovea::lane_mask;
using fovea::real_lanes;
using fovea::wide_lanes;

namespace {

template <int N> real_lanes<N> random_reals(tests::draws& draw) {
    real_lanes<N> x{};
    for (int i = 0; i < N; ++i) x.v[i] = draw.one_in(9) ? 0.f : draw.normal();
    return x;
}
template <int N> wide_lanes<N> random_wide(tests::draws& draw) {
    wide_lanes<N> x{};
    for (int i = 0; i < N; ++i) x.v[i] = draw.one_in(4) ? draw.between(-2, 2) : draw.any_size() >> 2;
    return x;
}
bool same_number(float a, float b) { return a == b || (a != a && b != b); }
template <int N> bool set(lane_mask<N> m, int i) { return m[i]; }

} // namespace

TEMPLATE_TEST_CASE_SIG("lanes of reals compute lane by lane", "[lanes]", ((int N), N), 4, 8, 16) {
    tests::draws draw{6};
    int faults = 0;
    for (int round = 0; round < 500; ++round) {
        const auto a = random_reals<N>(draw), b = random_reals<N>(draw);
        const float c = draw.normal();
        const auto sum = a + b, difference = a - b, product = a * b, quotient = a / b, opposite = -a;
        const auto right = a - c, left = c - a, low = min(a, b), high = max(a, b), size = abs(a);
        const auto fused = fma(a, b, a);
        const auto below = a<b, least = a <= b, above = a> b, most = a >= b, alike = a == b, unlike = a != b;
        const auto chosen = select((below && !alike) || unlike, a, b);
        for (int i = 0; i < N; ++i) {
            const float x = a[i], y = b[i];
            faults +=
                sum[i] != x + y || difference[i] != x - y || product[i] != x * y || !same_number(quotient[i], x / y);
            faults += opposite[i] != -x || right[i] != x - c || left[i] != c - x || size[i] != std::abs(x);
            faults += low[i] != fovea::min(x, y) || high[i] != fovea::max(x, y);
            faults += std::abs(fused[i] - (x * y + x)) > 1e-6f * (std::abs(x * y) + std::abs(x));
            faults += set(below, i) != (x < y) || set(least, i) != (x <= y) || set(above, i) != (x > y);
            faults += set(most, i) != (x >= y) || set(alike, i) != (x == y) || set(unlike, i) != (x != y);
            faults += chosen[i] != ((x < y && !(x == y)) || x != y ? x : y);
        }
    }
    CHECK(faults == 0);
}

TEMPLATE_TEST_CASE_SIG("64-bit lanes compute lane by lane", "[lanes]", ((int N), N), 4, 8, 16) {
    tests::draws draw{7};
    int faults = 0;
    for (int round = 0; round < 500; ++round) {
        const auto a = random_wide<N>(draw), b = random_wide<N>(draw);
        const auto sum = a + b, low = min(a, b), high = max(a, b), size = abs(a);
        const auto below = a < b, alike = a == b;
        const auto chosen = select(below, a, b);
        for (int i = 0; i < N; ++i) {
            const fovea::index x = a[i], y = b[i];
            faults += sum[i] != x + y || low[i] != fovea::min(x, y) || high[i] != fovea::max(x, y);
            faults += size[i] != fovea::abs(x) || set(below, i) != (x < y) || set(alike, i) != (x == y);
            faults += chosen[i] != (x < y ? x : y);
        }
    }
    CHECK(faults == 0);
}

TEMPLATE_TEST_CASE_SIG("64-bit lanes have a magnitude at the ends of their range", "[lanes]", ((int N), N), 4, 8, 16) {
    for (fovea::index x : {fovea::index_min, fovea::index_min + 1, fovea::index{-1}, fovea::index_max}) {
        const auto size = abs(fovea::splat<N>(x));
        for (int i = 0; i < N; ++i) CHECK(size[i] == fovea::abs(x));
    }
}

TEMPLATE_TEST_CASE_SIG("max and min of lanes treat a NaN as the scalar ones do", "[lanes]", ((int N), N), 4, 8, 16) {
    const auto nan = fovea::splat<N>(std::numeric_limits<float>::quiet_NaN()), one = fovea::splat<N>(1.f);
    CHECK(std::isnan(max(nan, one)[N - 1]));
    CHECK(std::isnan(min(nan, one)[0]));
    CHECK(max(one, nan)[0] == 1.f);
    CHECK(min(one, nan)[N - 1] == 1.f);
}

TEMPLATE_TEST_CASE_SIG("any finds a single lane", "[lanes]", ((int N), N), 4, 8, 16) {
    CHECK_FALSE(any(fovea::as_mask<N>(false)));
    CHECK(any(fovea::as_mask<N>(true)));
    for (int i = 0; i < N; ++i) {
        auto x = fovea::splat<N>(0.f);
        x.v[i] = 1.f;
        CHECK(any(x > fovea::splat<N>(0.f)));
        CHECK(any_greater(x, fovea::splat<N>(0.5f)));
        CHECK_FALSE(any_greater(x, fovea::splat<N>(1.f)));
        x.v[i] = std::numeric_limits<float>::quiet_NaN();
        CHECK_FALSE(any_greater(x, fovea::splat<N>(0.f)));
    }
}

TEMPLATE_TEST_CASE_SIG("masks of integers, of bits and as integers agree", "[lanes]", ((int N), N), 4, 8, 16) {
    tests::draws draw{8};
    int faults = 0;
    for (int round = 0; round < 200; ++round) {
        const auto bits = static_cast<std::uint64_t>(draw.any_size());
        auto x = fovea::splat<N>(std::int32_t{0});
        for (int i = 0; i < N; ++i) x.v[i] = bits >> i & 1 ? -1 : 0;
        const auto of_integers = fovea::mask_of<N>(x.v), of_bits = fovea::mask_of_bits<N>(bits);
        const auto back = as_ints(of_bits), turned = as_ints(!of_bits);
        const auto wide = select(of_bits, fovea::splat<N>(fovea::index{7}), fovea::splat<N>(fovea::index{-7}));
        for (int i = 0; i < N; ++i) {
            const bool right = (bits >> i & 1) != 0;
            faults += of_integers[i] != right || of_bits[i] != right || wide[i] != (right ? 7 : -7);
            faults += back[i] != (right ? -1 : 0) || turned[i] != (right ? 0 : -1);
        }
    }
    CHECK(faults == 0);
}

TEMPLATE_TEST_CASE_SIG("folds visit every lane once", "[lanes]", ((int N), N), 4, 8, 16) {
    CHECK(sum_of(fovea::convert<float>(fovea::iota<N>())) == static_cast<float>(N * (N - 1) / 2));
    for (int i = 0; i < N; ++i) {
        auto x = fovea::splat<N>(-2.f);
        x.v[i] = 3.f;
        CHECK(max_of(x) == 3.f);
    }
    CHECK(std::signbit(fovea::splat<N>(-0.f)[N - 1]));
}
