// Rotations from fractions of a turn, against long double.
#include <cmath>
#include <fovea/base/turn.hpp>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;

TEST_CASE("cosine and sine are within 2e-7, all around", "[turn]") {
    tests::draws draw{5};
    double worst = 0;
    for (int i = 0; i < 200000; ++i) {
        const std::uint64_t turns = draw.bits();
        const long double angle = 6.283185307179586476925L * static_cast<long double>(turns) * 0x1p-64L;
        const fv::rotation r = fv::rotation_by(turns);
        worst = std::max(worst, static_cast<double>(std::abs(static_cast<long double>(r.cosine) - std::cos(angle))));
        worst = std::max(worst, static_cast<double>(std::abs(static_cast<long double>(r.sine) - std::sin(angle))));
    }
    CHECK(worst < 2e-7);
}

TEST_CASE("angles of positions up to a million are exact to the polynomials", "[turn]") {
    tests::draws draw{6};
    double worst = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::int64_t position = draw.between(-1000, 1'000'000);
        const double frequency = std::pow(1e4, -draw.unit());
        const auto turns = static_cast<std::uint64_t>(position) * fv::turns_a_position(frequency);
        const long double angle = static_cast<long double>(frequency) * static_cast<long double>(position);
        const fv::rotation r = fv::rotation_by(turns);
        worst = std::max(worst, static_cast<double>(std::abs(static_cast<long double>(r.cosine) - std::cos(angle))));
        worst = std::max(worst, static_cast<double>(std::abs(static_cast<long double>(r.sine) - std::sin(angle))));
    }
    CHECK(worst < 3e-7);
}
