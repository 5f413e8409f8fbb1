// Scores in powers of two are the scores that they were written as.
#include <cmath>
#include <fovea/expr/powers.hpp>
#include <fovea/expr/refer.hpp>
#include <fovea/expr/rescale.hpp>
#include <fovea/score/alibi.hpp>
#include <fovea/score/softcap.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/contexts.hpp"
#include "support/raw_score.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using tests::element;
using tests::raw;

namespace {

// As an engine binds it for a head.
template <class E> auto of_a_head(E const& score) {
    return fv::bind(fv::multiplied(fv::referring(score), fv::log2_e), {0, 1, 0});
}
// The largest difference between a score and itself in powers, for products from -2000 to 2000.
template <class E> double largest_difference(E const& score) {
    const auto bound = of_a_head(score);
    const auto powers = fv::in_powers(bound);
    STATIC_REQUIRE_FALSE(std::is_same_v<decltype(bound), decltype(powers)>);
    double most = 0;
    for (int i = -4000; i <= 4000; ++i) {
        element c{};
        c.query = 40;
        c.key = 7;
        c.score = static_cast<float>(i) / 2;
        most = std::max(most, std::abs(static_cast<double>(bound(c)) - static_cast<double>(powers(c))));
    }
    return most;
}

} // namespace

TEMPLATE_TEST_CASE_SIG("a capped score in powers of two is what it was", "[expr]", ((int Cap), Cap), 1, 5, 30, 1000) {
    const std::vector<float> slopes{0.5f, 0.25f};
    const float cap = Cap;
    const double c = cap * fv::log2_e, bias = 33 * 0.25 * fv::log2_e;
    CHECK(largest_difference(fv::softcap(cap, raw * 0.125f)) <= c * 0x1p-22);
    // Sums pass numbers of up to twice the caps, and are rounded beside them.
    CHECK(largest_difference(cap * fv::tanh(raw) + fv::alibi(fv::table(slopes))) <=
          c * 0x1p-22 + (2 * c + bias) * 0x1p-23);
    CHECK(largest_difference(fv::alibi(fv::table(slopes)) + fv::softcap(cap, raw)) <=
          c * 0x1p-22 + (2 * c + bias) * 0x1p-23);
    CHECK(largest_difference(fv::softcap(cap, raw) + fv::softcap(cap, raw * 0.5f)) <=
          2 * c * 0x1p-22 + 4 * c * 0x1p-23);
}

TEST_CASE("a score without a capped term stays what it is", "[expr]") {
    const auto plain = of_a_head(raw * 0.125f);
    const auto within = of_a_head(raw * fv::tanh(raw));
    STATIC_REQUIRE(std::is_same_v<decltype(fv::in_powers(plain)), std::remove_const_t<decltype(plain)>>);
    STATIC_REQUIRE(std::is_same_v<decltype(fv::in_powers(within)), std::remove_const_t<decltype(within)>>);
}
