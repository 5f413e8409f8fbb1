// A reference that rises with every panel of a tile, by more than fp32 has exponents in sum: what was put before is
// rescaled step by step. In every width of vectors, since wider panels rise less often.
#include <cmath>
#include <fovea/fovea.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;

namespace {

// Scores of key j are slope * j, or slope * (keys - 1 - j): whichever way the walk goes, one of them rises.
template <fv::cpu_shape Shape> double worst_error(float slope, bool rising) {
    constexpr std::int64_t queries = 40, keys = 300, channels = 8;
    const std::vector<float> zeros(queries * channels), none(keys * channels);
    const auto v = tests::normals(keys * channels, 84);
    std::vector<float> o(queries * channels), scores(keys);
    for (std::int64_t j = 0; j < keys; ++j)
        scores[static_cast<std::size_t>(j)] = slope * static_cast<float>(rising ? j : keys - 1 - j);
    const auto q = fv::tensor(zeros.data(), fv::bhsd(1, 1, queries, channels));
    const auto k = fv::tensor(none.data(), fv::bhsd(1, 1, keys, channels));
    const auto row = fv::tensor(scores.data(), fv::bhqk(1, 1, 1, keys));
    fv::run(fv::cpu().with_shape<Shape>(), fv::tensor(o.data(), fv::bhsd(1, 1, queries, channels)) =
                                               fv::sum(fv::softmax(fv::dot(q, k) + fv::bias(row)) *
                                                       fv::tensor(v.data(), fv::bhsd(1, 1, keys, channels))));
    double worst = 0;
    for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0, total = 0;
        for (std::size_t j = 0; j < keys; ++j) {
            const double weight = std::exp(double{scores[j]} - double{slope} * (keys - 1));
            sum += weight;
            total += weight * double{v[j * channels + c]};
        }
        for (std::size_t i = 0; i < queries; ++i)
            worst = std::fmax(worst, std::abs(total / sum - double{o[i * channels + c]}));
    }
    return worst;
}

constexpr fv::cpu_shape narrow{.lanes = 4, .score = {3, 4}, .value = {6, 2}};
constexpr fv::cpu_shape medium{.lanes = 8, .score = {3, 4}, .value = {6, 2}};

} // namespace

TEST_CASE("a reference that rises with every panel rescales what was put", "[raised]") {
    for (const float slope : {0.1f, 0.5f, 1.f, 3.f, 20.f})
        for (const bool rising : {false, true}) {
            INFO("slope " << slope << ", rising " << rising);
            // A score of up to 300 slopes, in base 2, is rounded twice, to 2^-24 of its size; values are below 4.
            const double bound = 2 * 4 * 0x1p-24 * (1 + 300 * 1.4427 * double{slope});
            CHECK(worst_error<narrow>(slope, rising) < bound);
            CHECK(worst_error<medium>(slope, rising) < bound);
            CHECK(worst_error<fv::default_shape(fv::native_isa, false)>(slope, rising) < bound);
        }
}
