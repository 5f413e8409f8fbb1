// A mask may compare the score itself: it is asked at every element, no tile is called dead for it, and a masked key's
// values stay out.
#include <cmath>
#include <fovea/engine/reference/engine.hpp>
#include <fovea/fovea.hpp>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;

namespace {

template <class Engine> double worst_error(Engine engine, std::int64_t queries, float garbage) {
    constexpr std::int64_t keys = 530, channels = 8;
    const auto q = tests::normals(queries * channels, 81), k = tests::normals(keys * channels, 82);
    auto v = tests::normals(keys * channels, 83);
    std::vector<float> o(q.size()), l(static_cast<std::size_t>(queries));
    const auto dot = [&](std::int64_t i, std::int64_t j) {
        double sum = 0;
        for (std::int64_t c = 0; c < channels; ++c)
            sum += double{q[static_cast<std::size_t>(i * channels + c)]} *
                   double{k[static_cast<std::size_t>(j * channels + c)]};
        return sum;
    };
    // Garbage in a value that no query attends, so that it may not show.
    for (std::int64_t j = 0; j < keys; ++j) {
        bool attended = false;
        for (std::int64_t i = 0; i < queries; ++i) attended |= dot(i, j) > 0.5 - 1e-3;
        if (!attended) v[static_cast<std::size_t>(j * channels)] = garbage;
    }
    const auto rows = fv::bhsd(1, 1, queries, channels), columns = fv::bhsd(1, 1, keys, channels);
    const auto raw = fv::dot(fv::tensor(q.data(), rows), fv::tensor(k.data(), columns));
    const auto s = fv::where(raw > 0.5f, raw);
    fv::run(engine, fv::tensor(o.data(), rows) = fv::sum(fv::softmax(s) * fv::tensor(v.data(), columns)),
            fv::tensor(l.data(), fv::bhs(1, 1, queries)) = fv::logsumexp(s));
    double worst = 0;
    for (std::int64_t i = 0; i < queries; ++i) {
        std::vector<double> total(channels);
        double sum = 0;
        for (std::int64_t j = 0; j < keys; ++j) {
            const double x = dot(i, j);
            if (!(x > 0.5)) continue;
            sum += std::exp(x);
            for (std::size_t c = 0; c < channels; ++c)
                total[c] += std::exp(x) * double{v[static_cast<std::size_t>(j) * channels + c]};
        }
        const auto add = [&](double right, double got) {
            const double error = std::abs(right - got);
            worst = !(error <= worst) ? error : worst;
        };
        add(std::log(sum), static_cast<double>(l[static_cast<std::size_t>(i)]));
        for (std::size_t c = 0; c < channels; ++c)
            add(total[c] / sum, static_cast<double>(o[static_cast<std::size_t>(i) * channels + c]));
    }
    return worst;
}

} // namespace

TEST_CASE("a mask may compare the score", "[contract]") {
    // A key whose score is within rounding of the limit moves the result by its weight at most; there is none here.
    for (std::int64_t queries : {1, 40})
        for (float garbage : {1.f, std::numeric_limits<float>::quiet_NaN()}) {
            INFO(queries << " queries, " << garbage);
            CHECK(worst_error(fv::cpu(), queries, garbage) < 1e-5);
            CHECK(worst_error(fv::reference(), queries, garbage) < 1e-5);
        }
}
