// A reference that rises with every panel of a tile, by more than fp32 has exponents in sum: what was put before is
// rescaled step by step. And one that rises by more than fp32 has digits, from a bias that stands for a mask. In every
// width of vectors, since wider panels rise less often.
#include <cmath>
#include <fovea/fovea.hpp>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"
#include "support/worse.hpp"

namespace fv = fovea;

namespace {

// Of queries that all see these scores: of the output, and of the entropy beside it.
struct errors {
    double output = 0, entropy = 0;
};
template <fv::cpu_shape Shape> errors worst_errors(std::vector<float> const& scores, std::int64_t queries) {
    constexpr std::int64_t channels = 8;
    const auto keys = static_cast<std::int64_t>(scores.size());
    const std::vector<float> zeros(static_cast<std::size_t>(queries * channels)), none(scores.size() * channels);
    const auto v = tests::normals(keys * channels, 84);
    std::vector<float> o(zeros.size()), h(static_cast<std::size_t>(queries));
    const auto q = fv::tensor(zeros.data(), fv::bhsd(1, 1, queries, channels));
    const auto k = fv::tensor(none.data(), fv::bhsd(1, 1, keys, channels));
    const auto p = fv::softmax(fv::dot(q, k) + fv::bias(fv::tensor(scores.data(), fv::bhqk(1, 1, 1, keys))));
    fv::run(fv::cpu().with_shape<Shape>(),
            fv::tensor(o.data(), fv::bhsd(1, 1, queries, channels)) =
                fv::sum(p * fv::tensor(v.data(), fv::bhsd(1, 1, keys, channels))),
            fv::tensor(h.data(), fv::bhs(1, 1, queries)) = fv::entropy(p));
    double top = double{scores[0]}, sum = 0, entropy = 0, total[channels] = {};
    for (const float s : scores) top = std::fmax(top, double{s});
    for (std::size_t j = 0; j < scores.size(); ++j) {
        const double below = double{scores[j]} - top, weight = std::exp(below);
        sum += weight;
        entropy -= weight * below;
        for (std::size_t c = 0; c < channels; ++c) total[c] += weight * double{v[j * channels + c]};
    }
    errors worst;
    for (std::size_t i = 0; i < h.size(); ++i) {
        worst.entropy = tests::worse(worst.entropy, std::abs(entropy / sum + std::log(sum) - double{h[i]}));
        for (std::size_t c = 0; c < channels; ++c)
            worst.output = tests::worse(worst.output, std::abs(total[c] / sum - double{o[i * channels + c]}));
    }
    return worst;
}

// Scores of key j are slope * j, or slope * (keys - 1 - j): whichever way the walk goes, one of them rises.
std::vector<float> steady(float slope, bool rising) {
    std::vector<float> scores;
    for (int j = 0; j < 300; ++j) scores.push_back(slope * static_cast<float>(rising ? j : 299 - j));
    return scores;
}
// Scores of a few units, and of a third of the keys, the first or the last ones, a number that others write for -inf.
std::vector<float> partly_low(int keys, float low, bool first) {
    std::vector<float> scores = tests::normals(keys, 85);
    for (int j = 0; j < keys / 3; ++j) scores[static_cast<std::size_t>(first ? j : keys - 1 - j)] = low;
    return scores;
}

constexpr fv::cpu_shape narrow{.lanes = 4, .score = {3, 4}, .value = {6, 2}};
constexpr fv::cpu_shape medium{.lanes = 8, .score = {3, 4}, .value = {6, 2}};

} // namespace

TEST_CASE("a reference that rises with every panel rescales what was put", "[raised]") {
    for (const std::int64_t queries : {1, 40})
        for (const float slope : {0.1f, 0.5f, 1.f, 3.f, 20.f})
            for (const bool rising : {false, true}) {
                INFO(queries << " queries, slope " << slope << ", rising " << rising);
                // A score of up to 300 slopes, in base 2, is rounded twice, to 2^-24 of its size; values are below 4.
                const double bound = 2 * 4 * 0x1p-24 * (1 + 300 * 1.4427 * double{slope});
                const auto scores = steady(slope, rising);
                CHECK(worst_errors<narrow>(scores, queries).output < bound);
                CHECK(worst_errors<medium>(scores, queries).output < bound);
                CHECK(worst_errors<fv::default_shape(fv::native_isa, false)>(scores, queries).output < bound);
            }
}

TEST_CASE("scores far above the first ones keep their digits", "[raised]") {
    for (const std::int64_t queries : {1, 40})
        for (const int keys : {100, 300, 1400})
            for (const float low : {-1e3f, -1e4f, -1e9f, -1e30f, -1e38f, std::numeric_limits<float>::lowest()})
                for (const bool first : {false, true}) {
                    INFO(queries << " queries, " << keys << " keys, low ones of " << low << ", first " << first);
                    const auto scores = partly_low(keys, low, first);
                    // Scores are below 4; beside a reference 32 lower they are rounded twice to 2^-19, in base 2.
                    const double bound = 2 * 4 * 0x1p-19;
                    const auto check = [&](errors worst) {
                        CHECK(worst.output < bound);
                        CHECK(worst.entropy < 2 * bound);
                    };
                    check(worst_errors<narrow>(scores, queries));
                    check(worst_errors<medium>(scores, queries));
                    check(worst_errors<fv::default_shape(fv::native_isa, false)>(scores, queries));
                }
}

TEST_CASE("a NaN that is attended stays, however small its weight has become", "[raised]") {
    constexpr std::int64_t channels = 8, keys = 1400; // of several pieces where queries are few
    for (const std::int64_t queries : {1, 40})
        for (const std::int64_t spoilt : {std::int64_t{3}, keys - 1}) {
            INFO(queries << " queries, key " << spoilt);
            auto v = tests::normals(keys * channels, 86);
            v[static_cast<std::size_t>(spoilt * channels)] = std::numeric_limits<float>::quiet_NaN();
            std::vector<float> scores(keys, 300.f), o(static_cast<std::size_t>(queries * channels));
            for (std::int64_t j = 0; j < keys; ++j) // of the first piece, or of the last one
                if (std::abs(j - spoilt) < 600) scores[static_cast<std::size_t>(j)] = 0;
            const std::vector<float> zeros(keys * channels);
            const auto q = fv::tensor(zeros.data(), fv::bhsd(1, 1, queries, channels));
            const auto k = fv::tensor(zeros.data(), fv::bhsd(1, 1, keys, channels));
            const auto s = fv::dot(q, k) + fv::bias(fv::tensor(scores.data(), fv::bhqk(1, 1, 1, keys)));
            fv::run(fv::cpu(), fv::tensor(o.data(), q.layout) =
                                   fv::sum(fv::softmax(s) * fv::tensor(v.data(), fv::bhsd(1, 1, keys, channels))));
            CHECK(std::isnan(o[0]));
            CHECK(std::isfinite(o[1]));
        }
}
