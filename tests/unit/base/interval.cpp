// The law of intervals: for every x in a and y in b, x op y is in a op b. By exhaustion over small ranges.
#include <cstdint>
#include <fovea/base/interval.hpp>
#include <fovea/base/math.hpp>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace { // <strings.h> has a global index()

using fovea::bounds;
using fovea::index;
using fovea::index_range;
using fovea::truth;

// Every interval with ends in [-reach, reach], shifted.
std::vector<index_range> intervals(index reach, index shift = 0) {
    std::vector<index_range> all;
    for (index lo = -reach; lo <= reach; ++lo)
        for (index hi = lo; hi <= reach; ++hi) all.push_back({lo + shift, hi + shift});
    return all;
}

bool holds(index_range a, index x) { return a.lo <= x && x <= a.hi; }
bool holds(bounds a, float x) {
    return x != x ? a.lo == -fovea::infinity && a.hi == fovea::infinity : a.lo <= x && x <= a.hi;
}
bool holds(truth t, bool x) { return x ? t.may : !t.must; }

// The pairs of intervals for which some element of a op b lies outside the interval a op b.
template <class Op, class Allowed>
int broken(Op op, std::vector<index_range> const& left, std::vector<index_range> const& right, Allowed allowed) {
    int faults = 0;
    for (index_range a : left)
        for (index_range b : right) {
            const auto whole = op(a, b);
            bool kept = true;
            for (index x = a.lo; x <= a.hi; ++x)
                for (index y = b.lo; y <= b.hi; ++y)
                    if (allowed(y) && !holds(whole, op(x, y))) kept = false;
            faults += !kept;
        }
    return faults;
}

constexpr auto any = [](index) { return true; };
constexpr auto not_zero = [](index y) { return y != 0; };
constexpr auto shift_count = [](index y) { return y >= 0; };

TEST_CASE("integer intervals hold every result of their elements", "[interval]") {
    // 64 moves one side across a power of two, where the common upper bits end.
    for (index shift : {index{0}, index{5}, index{64}, index{-64}}) {
        const auto left = intervals(6, shift), right = intervals(4);
        INFO("left operand shifted by " << shift);
        CHECK(broken([](auto a, auto b) { return a + b; }, left, right, any) == 0);
        CHECK(broken([](auto a, auto b) { return a - b; }, left, right, any) == 0);
        CHECK(broken([](auto a, auto b) { return a * b; }, left, right, any) == 0);
        CHECK(broken([](auto a, auto b) { return a / b; }, left, right, not_zero) == 0);
        CHECK(broken([](auto a, auto b) { return a % b; }, left, right, not_zero) == 0);
        CHECK(broken([](auto a, auto b) { return a & b; }, left, right, any) == 0);
        CHECK(broken([](auto a, auto b) { return a | b; }, left, right, any) == 0);
        CHECK(broken([](auto a, auto b) { return a ^ b; }, left, right, any) == 0);
        CHECK(broken([](auto a, auto b) { return a << b; }, left, right, shift_count) == 0);
        CHECK(broken([](auto a, auto b) { return a >> b; }, left, right, shift_count) == 0);
        CHECK(broken([](auto a, auto b) { return fovea::min(a, b); }, left, right, any) == 0);
        CHECK(broken([](auto a, auto b) { return fovea::max(a, b); }, left, right, any) == 0);
        CHECK(broken([](auto a, auto) { return -a; }, left, {{0, 0}}, any) == 0);
        CHECK(broken([](auto a, auto) { return ~a; }, left, {{0, 0}}, any) == 0);
        CHECK(broken([](auto a, auto) { return fovea::abs(a); }, left, {{0, 0}}, any) == 0);
    }
}

TEST_CASE("comparisons of intervals never promise too much", "[interval]") {
    const auto left = intervals(4), right = intervals(3, 1);
    CHECK(broken([](auto a, auto b) { return a < b; }, left, right, any) == 0);
    CHECK(broken([](auto a, auto b) { return a <= b; }, left, right, any) == 0);
    CHECK(broken([](auto a, auto b) { return a > b; }, left, right, any) == 0);
    CHECK(broken([](auto a, auto b) { return a >= b; }, left, right, any) == 0);
    CHECK(broken([](auto a, auto b) { return a == b; }, left, right, any) == 0);
    CHECK(broken([](auto a, auto b) { return a != b; }, left, right, any) == 0);
    CHECK(broken([](auto a, auto b) { return !(a < b) || (a == b && b > a); }, left, right, any) == 0);
}

TEST_CASE("comparisons of intervals decide what can be decided", "[interval]") {
    const index_range low{0, 3}, high{4, 9}, touching{3, 5};
    CHECK(fovea::covers(low < high) == fovea::coverage::all);
    CHECK(fovea::covers(high < low) == fovea::coverage::none);
    CHECK(fovea::covers(low < touching) == fovea::coverage::some);
    CHECK(fovea::covers(low <= touching) == fovea::coverage::all);
    CHECK(fovea::covers(touching < low) == fovea::coverage::none);
    CHECK(fovea::covers(touching <= low) == fovea::coverage::some);
    CHECK(fovea::covers(low == high) == fovea::coverage::none);
    CHECK(fovea::covers(index_range{2, 2} == index_range{2, 2}) == fovea::coverage::all);
}

TEST_CASE("a point is an interval of one, and stays one", "[interval]") {
    for (index x = -9; x <= 9; ++x)
        for (index y = 1; y <= 5; ++y) {
            const index_range a{x, x}, b{y, y};
            CHECK((a % b).lo == x % y);
            CHECK((a % b).hi == x % y);
            CHECK((a / b).lo == (a / b).hi);
            CHECK((a & b).lo == (a & b).hi);
            CHECK((a - b).lo == (a - b).hi);
        }
}

TEST_CASE("integer intervals say nothing of what may have wrapped around", "[interval]") {
    const index_range top{fovea::index_max - 1, fovea::index_max}, bottom{fovea::index_min, fovea::index_min + 1};
    const index_range one{1, 1}, hash{6364136223846793005, 6364136223846793005};
    for (index_range a : {top + top, bottom + bottom, bottom - top, top - bottom, top * top, top * bottom, -bottom,
                          fovea::abs(bottom), top << one, one << index_range{63, 63}, index_range{2, 3} * hash}) {
        CHECK(a.lo == fovea::index_min);
        CHECK(a.hi == fovea::index_max);
    }
    CHECK((one * hash).lo == hash.lo);
}

TEST_CASE("real intervals hold every result of their elements, infinities and NaN too", "[interval]") {
    const float ends[] = {-fovea::infinity, -3.5f, -1.f, 0.f, 0.1f, 2.f, 1e30f, fovea::infinity};
    auto check = [&](auto op) {
        for (float a : ends)
            for (float b : ends)
                for (float c : ends)
                    for (float d : ends) {
                        if (b < a || d < c) continue;
                        const bounds whole = op(bounds{a, b}, bounds{c, d});
                        for (float x : ends)
                            for (float y : ends)
                                if (a <= x && x <= b && c <= y && y <= d) {
                                    const float point = op(x, y);
                                    if (!holds(whole, point)) return false;
                                }
                    }
        return true;
    };
    CHECK(check([](auto a, auto b) { return a + b; }));
    CHECK(check([](auto a, auto b) { return a - b; }));
    CHECK(check([](auto a, auto b) { return a * b; }));
    CHECK(check([](auto a, auto b) { return a / b; }));
    CHECK(check([](auto a, auto b) { return fovea::min(a, b); }));
    CHECK(check([](auto a, auto b) { return fovea::max(a, b); }));
    CHECK(check([](auto a, auto) { return fovea::abs(a); }));
    CHECK(check([](auto a, auto) { return fovea::tanh(a); }));
    CHECK(check([](auto a, auto) { return fovea::exp2(a); }));
    CHECK(check([](auto a, auto) { return fovea::log(a); }));
}

TEST_CASE("an interval that may hold NaN stays so, and no comparison with it is promised", "[interval]") {
    const float inf = fovea::infinity, nan = std::numeric_limits<float>::quiet_NaN();
    const bounds all = fovea::any_score;
    const bounds others[] = {{-inf, -inf}, {-inf, 0}, {0, 0}, {-1, 2}, {1, 1}, {0, inf}, {inf, inf}, all};
    const auto check = [&](auto op) {
        for (bounds b : others)
            if (!holds(op(all, b), op(nan, b.lo)) || !holds(op(b, all), op(b.lo, nan))) return false;
        return true;
    };
    CHECK(check([](auto a, auto b) { return fovea::min(a, b); }));
    CHECK(check([](auto a, auto b) { return fovea::max(a, b); }));
    CHECK(check([](auto a, auto) { return fovea::abs(a); }));
    CHECK(check([](auto a, auto) { return fovea::exp(a); }));
    CHECK(check([](auto a, auto) { return fovea::exp2(a); }));
    CHECK(check([](auto a, auto) { return fovea::tanh(a); }));
    CHECK(check([](auto a, auto) { return fovea::log(a); }));
    CHECK(check([](auto a, auto) { return -a; }));
    CHECK(check([](auto a, auto b) { return a < b; }));
    CHECK(check([](auto a, auto b) { return a <= b; }));
    CHECK(check([](auto a, auto b) { return a > b; }));
    CHECK(check([](auto a, auto b) { return a >= b; }));
    CHECK(check([](auto a, auto b) { return a == b; }));
    CHECK(check([](auto a, auto b) { return a != b; }));
    CHECK(check([](auto a, auto b) { return !(a >= b); }));
}

__extension__ typedef __int128 wide;

index wrapped(wide x) { return static_cast<index>(static_cast<std::uint64_t>(x)); }
index_range ordered(index a, index b) { return a < b ? index_range{a, b} : index_range{b, a}; }

TEST_CASE("huge integer intervals hold the results, which wrap around", "[interval]") {
    tests::draws draw{3};
    int faults = 0;
    for (int i = 0; i < 400000; ++i) {
        const index_range a = ordered(draw.any_size(), draw.any_size()), b = ordered(draw.any_size(), draw.any_size());
        const index x = draw.of({a.lo, a.hi, draw.between(a.lo, a.hi)}),
                    y = draw.of({b.lo, b.hi, draw.between(b.lo, b.hi)});
        faults += !holds(a + b, wrapped(wide{x} + y));
        faults += !holds(a - b, wrapped(wide{x} - y));
        faults += !holds(a * b, wrapped(wide{x} * y));
        faults += !holds(-a, wrapped(-wide{x}));
        faults += !holds(fovea::abs(a), wrapped(x < 0 ? -wide{x} : wide{x}));
        if (y != 0) faults += !holds(a / b, wrapped(wide{x} / y));
        if (y != 0) faults += !holds(a % b, static_cast<index>(wide{x} % y));
        faults += !holds(a & b, x & y);
        faults += !holds(a | b, x | y);
        faults += !holds(a ^ b, x ^ y);
        faults += !holds(~a, ~x);
        faults += !holds(fovea::min(a, b), fovea::min(x, y));
        faults += !holds(fovea::max(a, b), fovea::max(x, y));
        const index_range n = ordered(draw.between(0, 63), draw.between(0, 63));
        const index shift = draw.between(n.lo, n.hi);
        faults += !holds(a << n, wrapped(wide{x} * (wide{1} << shift)));
        faults += !holds(a >> n, x >> shift);
    }
    CHECK(faults == 0);
}

TEST_CASE("bit operations, shifts and remainders of narrow intervals stay narrow", "[interval]") {
    const auto width = [](index_range a) { return a.hi - a.lo; };
    CHECK(width(index_range{64, 67} & index_range{-4, -4}) == 0);         // the block of 4 that a position is in
    CHECK(width(index_range{64, 67} >> index_range{2, 2}) == 0);
    CHECK(width(index_range{64, 67} / index_range{4, 4}) == 0);
    CHECK(width(index_range{64, 67} % index_range{4, 4}) == 3);
    CHECK(width(index_range{64, 67} | index_range{3, 3}) == 0);
    CHECK(width(index_range{60, 61} % index_range{64, 64}) == 1);
    CHECK(width(index_range{64, 127} ^ index_range{128, 128}) == 63);
    CHECK((index_range{0, 1000} % index_range{7, 7}).hi == 6);
    CHECK((index_range{-5, -1} % index_range{100, 100}).lo == -5);
}

TEST_CASE("intervals mix with plain numbers as a functor writes them", "[interval]") {
    const index_range a{-3, 5};
    CHECK((a + 2).hi == 7);
    CHECK((2 - a).lo == -3);
    CHECK((a * 2).lo == -6);
    CHECK((a % 4).hi == 3);
    CHECK(covers(a < 6) == fovea::coverage::all);
    CHECK(covers(6 <= a) == fovea::coverage::none);
    CHECK(covers(a == 0) == fovea::coverage::some);
    const bounds half = 0.5f * a;
    CHECK(half.lo <= -1.5f);
    CHECK(half.hi >= 2.5f);
    CHECK(half.hi < 2.6f);
    CHECK(fovea::max(a, 0).lo == 0);
    CHECK(fovea::as_real(3) == 3.f); // of a functor whose parameters are int
    CHECK(fovea::as_real(3u) == 3.f);
    CHECK(fovea::as_real(short{-3}) == -3.f);
    CHECK(fovea::as_real(index{-3}) == -3.f);
    CHECK(covers(a + 0.5f > -2.6f) == fovea::coverage::all);
}

} // namespace
