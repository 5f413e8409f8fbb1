// The laws of merging: neutral with an empty row, and the same as one pass over all keys.
#include <cmath>
#include <fovea/softmax/row_result.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;
using total_type = fv::row_total<1>;

namespace {

// Scores in base 2 into a total with the reference given; the moment is the key's number.
total_type total_of(std::vector<float> const& scores, std::size_t begin, std::size_t end, float reference) {
    total_type t;
    if (begin == end) return t;
    t.fresh = false;
    t.reference = reference;
    for (std::size_t i = begin; i < end; ++i) {
        const float x = scores[i] - reference, w = std::exp2(x);
        t.sum += w;
        t.divisor += 1.25f * w; // as the sum of weights that the second product rounds upwards
        t.entropy += w * x;
        t.top = std::max(t.top, x);
        t.moments[0] += w * static_cast<float>(i);
    }
    return t;
}

bool near(float a, float b, float size = 1) { return std::abs(a - b) <= 2e-6f * (size + std::abs(b)); }
bool near(fv::row_result<1> const& a, fv::row_result<1> const& b) {
    return near(a.logsumexp, b.logsumexp, 8) && near(a.maximum, b.maximum, 8) && near(a.entropy, b.entropy, 30) &&
           near(a.moments[0], b.moments[0], 8);
}

} // namespace

TEST_CASE("merging two totals gives what one pass gives", "[softmax]") {
    tests::draws draw{41};
    int wrong = 0;
    for (int round = 0; round < 500; ++round) {
        std::vector<float> scores;
        for (int i = 0; i < 40; ++i) scores.push_back(3 * draw.normal() + (i < 20 ? draw.uniform(0, 1) : 0));
        const auto cut = static_cast<std::size_t>(draw.between(0, 40));
        const float r1 = static_cast<float>(draw.between(-3, 9)), r2 = static_cast<float>(draw.between(-3, 9));
        total_type a = total_of(scores, 0, cut, r1);
        const total_type b = total_of(scores, cut, 40, r2), whole = total_of(scores, 0, 40, 2);
        const fv::merge_scales w = merge(a, b);
        for (float sink : {-fv::infinity, 1.5f, 30.f}) {
            const auto merged = finish(a, sink), at_once = finish(whole, sink);
            wrong += !near(merged, at_once);
            wrong += !near(merged.scale / at_once.scale, std::exp2(a.reference - whole.reference), 0);
        }
        // the factors bring outputs accumulated relative to r1 and r2 to the new reference
        if (cut > 0 && cut < 40)
            wrong += w.first != std::exp2(r1 - a.reference) || w.second != std::exp2(r2 - a.reference);
    }
    CHECK(wrong == 0);
}

TEST_CASE("merging with an empty row is neutral, from either side", "[softmax]") {
    const std::vector<float> scores{1, -2, 0.5f};
    const total_type full = total_of(scores, 0, 3, 1);
    total_type a = full, empty;
    const auto right = merge(a, total_type{});
    CHECK(right.first == 1);
    CHECK(a.sum == full.sum);
    const auto left = merge(empty, full);
    CHECK(left.second == 1);
    CHECK(empty.sum == full.sum);
    CHECK(empty.reference == full.reference);
    CHECK_FALSE(empty.fresh);
}

TEST_CASE("an empty row ends with 0, -inf, -inf, 0", "[softmax]") {
    for (float sink : {-fv::infinity, 2.f}) {
        const auto r = finish(total_type{}, sink);
        CHECK(r.scale == 0);
        CHECK(r.logsumexp == -fv::infinity);
        CHECK(r.maximum == -fv::infinity);
        CHECK(r.entropy == 0);
        CHECK(r.moments[0] == 0);
    }
}

TEST_CASE("statistics of known scores", "[softmax]") {
    // Two equal scores of ln 8: weights one half each.
    total_type t = total_of({3, 3}, 0, 2, 4);
    const auto r = finish(t, -fv::infinity);
    CHECK(near(r.maximum, std::log(8.f)));
    CHECK(near(r.logsumexp, std::log(16.f)));
    CHECK(near(r.entropy, std::log(2.f)));
    CHECK(near(r.moments[0], 0.5f));
    CHECK(near(r.scale * t.divisor, 1));
    // A sink that is not a number spoils the row; an infinite one takes all of it.
    CHECK(std::isnan(finish(t, std::nanf("")).scale));
    const auto nothing = finish(t, fv::infinity);
    CHECK(nothing.scale == 0);
    CHECK(nothing.entropy == 0);
    CHECK(nothing.logsumexp == r.logsumexp);
    // A sink of the same size takes a third.
    const auto s = finish(t, 3);
    CHECK(near(s.scale * t.divisor, 2.5f / 3.5f)); // the sink is not rounded
    CHECK(near(s.logsumexp, std::log(16.f)));
    CHECK(near(s.entropy, 2.f / 3 * std::log(3.f)));
}

TEST_CASE("a NaN sum stays NaN", "[softmax]") {
    total_type t = total_of({1}, 0, 1, 0);
    t.sum = t.divisor = std::nanf("");
    CHECK(std::isnan(finish(t, -fv::infinity).scale));
    CHECK(std::isnan(finish(t, -fv::infinity).logsumexp));
}
