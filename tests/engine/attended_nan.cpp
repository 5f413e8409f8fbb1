// A NaN or an infinity in an attended value reaches its channel of the rows that attend it, and no bit of the others,
// however large the scores: their last bits decide which keys weigh.
#include <cmath>
#include <cstdint>
#include <fovea/fovea.hpp>
#include <limits>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;
using std::int64_t;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr int64_t keys = 200, channels = 64, held_in = 63, bad = 21;

struct averages {
    int64_t queries;
    std::vector<float> q, k, v, o;
    explicit averages(int64_t n)
        : queries(n),
          q(static_cast<std::size_t>(n * channels)),
          k(keys * channels),
          v(keys * channels),
          o(static_cast<std::size_t>(n * channels)) {
        float x = 0.3f; // of the logistic map, in (0, 1)
        const auto next = [&x] { return x = 3.9f * x * (1 - x); };
        for (float& e : q) e = 2 * next() - 1;
        for (float& e : k) e = 2 * next() - 1;
        for (float& e : v) e = 1 + next();
    }
    std::vector<float> run(float scale, float held) {
        v[bad * channels + held_in] = held;
        const auto at_q = fv::tensor(q.data(), fv::bhsd(1, 1, queries, channels));
        const auto at_k = fv::tensor(k.data(), fv::bhsd(1, 1, keys, channels));
        const auto s = fv::scaled_dot(at_q, at_k, scale);
        fv::run(fv::cpu(), fv::tensor(o.data(), fv::bhsd(1, 1, queries, channels)) =
                               fv::sum(fv::softmax(s) * fv::tensor(v.data(), fv::bhsd(1, 1, keys, channels))));
        return o;
    }
};

} // namespace

TEST_CASE("beside an attended NaN averages stay averages, and keep their bits", "[attended_nan]") {
    for (const int64_t queries : {1, 3, 40, 130})
        for (const float scale : {0.125f, 1e3f, 1e5f})
            for (const float held : {std::nanf(""), infinity, -infinity}) {
                INFO(queries << " queries, scale " << scale << ", " << held);
                averages x(queries);
                const std::vector<float> clean = x.run(scale, 1.5f), spoiled = x.run(scale, held);
                int outside = 0, changed = 0, lost = 0;
                for (std::size_t i = 0; i < clean.size(); ++i)
                    if (i % channels == held_in) {
                        lost += held != held ? !std::isnan(spoiled[i]) : spoiled[i] != held;
                    } else {
                        outside += !(spoiled[i] >= 0.9999f && spoiled[i] <= 2.0001f);
                        changed += spoiled[i] != clean[i];
                    }
                CHECK(outside == 0);
                CHECK(changed == 0);
                CHECK(lost == 0);
            }
}

TEST_CASE("an infinite value at a score of -infinity gives NaN, as in the reference", "[attended_nan]") {
    for (const int64_t queries : {1, 40}) {
        averages x(queries);
        x.v[bad * channels + held_in] = infinity;
        std::vector<float> bias(keys), o = x.o, reference = x.o;
        bias[bad] = -infinity;
        const auto axes = fv::bhsd(1, 1, queries, channels);
        const auto p = fv::softmax(
            fv::scaled_dot(fv::tensor(x.q.data(), axes), fv::tensor(x.k.data(), fv::bhsd(1, 1, keys, channels))) +
            fv::bias(fv::tensor(bias.data(), fv::bhqk(1, 1, 1, keys))));
        const auto v = fv::tensor(x.v.data(), fv::bhsd(1, 1, keys, channels));
        fv::run(fv::cpu(), fv::tensor(o.data(), axes) = fv::sum(p * v));
        fv::run(fv::reference(), fv::tensor(reference.data(), axes) = fv::sum(p * v));
        for (std::size_t i = 0; i < o.size(); ++i) {
            CHECK(std::isnan(o[i]) == (i % channels == held_in));
            CHECK(std::isnan(reference[i]) == (i % channels == held_in));
        }
    }
}
