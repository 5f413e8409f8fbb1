// Positions in lanes against plain 64-bit arithmetic: beyond 2^31, negative differences, every operator.
#include "support/any_width.hpp"

#include <cmath>
#include <cstdint>
#include <fovea/machine/simd/position_lanes.hpp>
#include <iterator>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"

using fovea::lane_mask;
using fovea::lanes;
using fovea::position_lanes;
using fovea::wide_lanes;

namespace {

template <int N> bool lane_is(position_lanes<N> x, int i, std::int64_t right) { return x.base + x.offset[i] == right; }
template <int N> bool lane_is(wide_lanes<N> x, int i, std::int64_t right) { return x[i] == right; }
template <int N> bool lane_is(lane_mask<N> x, int i, bool right) { return x[i] == right; }

// Bases where 32 bits, and doubles, would lose something.
constexpr std::int64_t bases[] = {0,
                                  5,
                                  -7,
                                  1000003,
                                  -1000003,
                                  (std::int64_t{1} << 31) - 3,
                                  -(std::int64_t{1} << 31) - 3,
                                  (std::int64_t{1} << 40) + 12345,
                                  -(std::int64_t{1} << 40) - 12345,
                                  (std::int64_t{1} << 55) + 7};

// op over positions and one number, and over two positions, lane by lane; the number of wrong lanes.
template <int N, class Op> int wrong_lanes(Op op, std::vector<std::int64_t> const& numbers) {
    int faults = 0;
    const auto steps = fovea::iota<N>();
    for (std::int64_t base : bases) {
        const position_lanes<N> rising{base, steps}, falling{base + 3, -steps};
        for (std::int64_t number : numbers) {
            const auto up = op(rising, number), down = op(falling, number);
            for (int i = 0; i < N; ++i)
                faults += !lane_is(up, i, op(base + i, number)) + !lane_is(down, i, op(base + 3 - i, number));
        }
    }
    return faults;
}
template <int N, class Op> int wrong_pairs(Op op) {
    int faults = 0;
    const auto steps = fovea::iota<N>();
    for (std::int64_t base : bases)
        for (std::int64_t distance : {-65, -9, -1, 0, 1, 4, 70}) {
            const position_lanes<N> a{base, steps}, b{base + distance, -steps};
            const auto result = op(a, b);
            for (int i = 0; i < N; ++i) faults += !lane_is(result, i, op(base + i, base + distance - i));
        }
    return faults;
}

// Each base itself and its neighbours, so that comparisons go both ways inside the lanes.
std::vector<std::int64_t> near_the_bases() {
    std::vector<std::int64_t> all;
    for (std::int64_t base : bases)
        for (std::int64_t step : {-20, -1, 0, 1, 3, 8, 20}) all.push_back(base + step);
    return all;
}
const std::vector<std::int64_t> divisors{1, -1, 2, 3, 4, -4, 7, 64, 100, 4096, -1000003, std::int64_t{1} << 33};
const std::vector<std::int64_t> counts{0, 1, 2, 5, 7};
const std::vector<std::int64_t> patterns{0, 1, -1, 3, 63, -64, 0x5555, std::int64_t{1} << 36};

} // namespace

TEMPLATE_TEST_CASE_SIG("sums and differences of positions are exact", "[positions]", ((int N), N), 4, 8, 16) {
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a + b; }, near_the_bases()) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a - b; }, near_the_bases()) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return b - a; }, near_the_bases()) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto) { return -a; }, {0}) == 0);
    CHECK(wrong_pairs<N>([](auto a, auto b) { return a - b; }) == 0);
    CHECK(wrong_pairs<N>([](auto a, auto b) { return a + b; }) == 0);
}

TEMPLATE_TEST_CASE_SIG("comparisons of positions are exact", "[positions]", ((int N), N), 4, 8, 16) {
    auto numbers = near_the_bases();
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a < b; }, numbers) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a <= b; }, numbers) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a > b; }, numbers) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a >= b; }, numbers) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a == b; }, numbers) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a != b; }, numbers) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return b < a; }, numbers) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return b >= a; }, numbers) == 0);
    CHECK(wrong_pairs<N>([](auto a, auto b) { return a < b; }) == 0);
    CHECK(wrong_pairs<N>([](auto a, auto b) { return a <= b; }) == 0);
    CHECK(wrong_pairs<N>([](auto a, auto b) { return a > b; }) == 0);
    CHECK(wrong_pairs<N>([](auto a, auto b) { return a == b; }) == 0);
    CHECK(wrong_pairs<N>([](auto a, auto b) { return a != b; }) == 0);
}

TEMPLATE_TEST_CASE_SIG("positions compare with the ends of the 64-bit range", "[positions]", ((int N), N), 4, 8, 16) {
    const std::vector<std::int64_t> ends{fovea::index_min, fovea::index_min + 1, fovea::index_max - 1,
                                         fovea::index_max};
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a < b; }, ends) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a >= b; }, ends) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a == b; }, ends) == 0);
}

TEMPLATE_TEST_CASE_SIG("quotients and remainders of positions truncate as C++ does", "[positions]", ((int N), N), 4, 8,
                       16) {
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a / b; }, divisors) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a % b; }, divisors) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return (a * std::int64_t{3}) / b; }, divisors) == 0);
    const auto positive = [](auto a) { return fovea::abs(a) + std::int64_t{1}; };
    CHECK(wrong_pairs<N>([&](auto a, auto b) { return a / positive(b); }) == 0);
    CHECK(wrong_pairs<N>([&](auto a, auto b) { return a % positive(b); }) == 0);
    CHECK(wrong_lanes<N>([&](auto a, auto b) { return b / positive(a); }, near_the_bases()) == 0);
    CHECK(wrong_lanes<N>([&](auto a, auto b) { return b % positive(a); }, near_the_bases()) == 0);
}

TEMPLATE_TEST_CASE_SIG("bit operations, shifts and products of positions are 64-bit", "[positions]", ((int N), N), 4, 8,
                       16) {
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a & b; }, patterns) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a | b; }, patterns) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a ^ b; }, patterns) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto) { return ~a; }, {0}) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a << b; }, counts) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a >> b; }, counts) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return a * b; }, {0, 1, -1, 5, 100}) == 0);
    CHECK(wrong_pairs<N>([](auto a, auto b) { return (a & b) ^ (a | b); }) == 0);
}

TEMPLATE_TEST_CASE_SIG("abs, min, max and select of positions", "[positions]", ((int N), N), 4, 8, 16) {
    CHECK(wrong_lanes<N>([](auto a, auto) { return fovea::abs(a); }, {0}) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return fovea::min(a, b); }, near_the_bases()) == 0);
    CHECK(wrong_lanes<N>([](auto a, auto b) { return fovea::max(b, a); }, near_the_bases()) == 0);
    CHECK(wrong_pairs<N>([](auto a, auto b) { return fovea::max(a, b) - fovea::min(a, b); }) == 0);
    const auto further = [](auto a, auto b) { return fovea::select(a < b, fovea::abs(a), fovea::abs(a - b)); };
    CHECK(wrong_pairs<N>(further) == 0);
}

TEMPLATE_TEST_CASE_SIG("positions as reals are within two roundings", "[positions]", ((int N), N), 4, 8, 16) {
    int faults = 0;
    for (std::int64_t base : bases) {
        const position_lanes<N> a{base, fovea::iota<N>()};
        const auto x = as_real(a), y = as_real(widen(a)), mixed = 0.5f * a;
        for (int i = 0; i < N; ++i) {
            const double right = static_cast<double>(base + i), tolerance = 1.2e-7 * std::abs(right);
            faults += std::abs(x[i] - right) > tolerance || std::abs(y[i] - right) > tolerance;
            faults += std::abs(2 * mixed[i] - right) > tolerance;
        }
    }
    CHECK(faults == 0);
}

namespace {

// Lane i of a by lane i of b, and by one number for all, and the other way round; the number of wrong lanes.
template <int N> int wrong_wide_lanes(wide_lanes<N> a, wide_lanes<N> b) {
    int faults = 0;
    const auto check = [&](auto op, auto plain) {
        const auto both = op(a, b), right = op(a, b[0]), left = op(a[0], b);
        for (int i = 0; i < N; ++i)
            faults += !lane_is(both, i, plain(a[i], b[i])) + !lane_is(right, i, plain(a[i], b[0])) +
                      !lane_is(left, i, plain(a[0], b[i]));
    };
    check([](auto x, auto y) { return x / y; }, [](auto x, auto y) { return fovea::quotient(x, y); });
    check([](auto x, auto y) { return x % y; }, [](auto x, auto y) { return fovea::rest(x, y); });
    check([](auto x, auto y) { return x << y; }, [](auto x, auto y) { return fovea::shifted_left(x, y); });
    check([](auto x, auto y) { return x >> y; }, [](auto x, auto y) { return fovea::shifted_right(x, y); });
    return faults;
}
template <int N> int wrong_wide_lanes() {
    constexpr std::int64_t least = fovea::index_min, most = fovea::index_max;
    constexpr std::int64_t numbers[] = {0, 1, -1, 2, -3, 8, 63, 64, -64, 1000003, std::int64_t{1} << 53, least, most};
    constexpr int count = static_cast<int>(std::size(numbers));
    int faults = 0;
    for (int first = 0; first < count; ++first)
        for (int second = 0; second < count; ++second) {
            wide_lanes<N> a{}, b{};
            for (int i = 0; i < N; ++i) {
                a.v[i] = numbers[(first + i) % count];
                b.v[i] = numbers[(second + 2 * i) % count];
            }
            faults += wrong_wide_lanes(a, b) + wrong_wide_lanes(fovea::splat<N>(a[0]), b);
        }
    return faults;
}

} // namespace

TEST_CASE("64-bit lanes divide and shift as single numbers do, by 0 and by anything", "[lanes]") {
    CHECK(wrong_wide_lanes<4>() == 0);
    CHECK(wrong_wide_lanes<8>() == 0);
    CHECK(wrong_wide_lanes<16>() == 0);
}

TEST_CASE("positions that leave 64 bits inside a group of lanes wrap around one by one", "[positions]") {
    const position_lanes<8> a{fovea::index_max - 2, fovea::iota<8>()};
    const auto real = as_real(a);
    const auto after = a < std::int64_t{0}, before = std::int64_t{5} <= a;
    const position_lanes<8> zero{0, fovea::iota<8>()};
    const auto behind = a < zero;
    for (int i = 0; i < 8; ++i) {
        CHECK((real[i] < 0) == (i > 2));
        CHECK(lane_is(after, i, i > 2));
        CHECK(lane_is(before, i, i <= 2));
        CHECK(lane_is(behind, i, i > 2));
    }
}
