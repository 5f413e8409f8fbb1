// Scores far above a row's first ones keep their digits in kernels too, where weights are in half precision; and rows
// that have no other scores than low ones are rows all the same.
#include <fovea/fovea.hpp>
#include <limits>

#include "engine/sm80/emulated.hpp"
#include "engine/sm80/emulated_decode.hpp"
#include "support/catch.hpp"
#include "support/draws.hpp"
#include "support/worse.hpp"

namespace fv = fovea;
using namespace fovea::literals;

namespace {

// Scores of queries and keys beside a bias of their numbers.
struct biased_call {
    static constexpr fv::index keys = 700;
    fv::index queries;
    std::vector<fv::fp16> q, k, v;
    std::vector<float> bias;

    template <class F> biased_call(fv::index n, F const& of_element) : queries(n), bias(tests::normals(n * keys, 80)) {
        unsigned seed = 81;
        for (auto* x : {&q, &k, &v})
            for (float number : tests::normals((x == &q ? queries : keys) * 16, seed++)) x->push_back(fv::fp16{number});
        for (fv::index i = 0; i < queries; ++i)
            for (fv::index j = 0; j < keys; ++j) bias[static_cast<std::size_t>(i * keys + j)] += of_element(i, j);
    }
    // The greatest difference to the reference, of outputs, entropies and logsumexp.
    template <class Engine> float error(Engine engine) const {
        const auto at = [](auto* x, fv::index rows) { return fv::tensor(x, fv::bshd(1, rows, 1, 16_c)); };
        const auto s = fv::scaled_dot(at(q.data(), queries), at(k.data(), keys)) +
                       fv::bias(fv::tensor(bias.data(), fv::bhqk(1, 1, queries, keys)));
        const auto p = fv::softmax(s);
        std::vector<float> o[2], h[2], l[2];
        const auto ask = [&](auto const& of, std::size_t n) {
            o[n].resize(q.size());
            h[n].resize(q.size() / 16);
            l[n].resize(q.size() / 16);
            fv::run(of, at(o[n].data(), queries) = fv::sum(p * at(v.data(), keys)),
                    fv::tensor(h[n].data(), fv::bhs(1, 1, queries)) = fv::entropy(p));
            fv::run(of, fv::tensor(l[n].data(), fv::bhs(1, 1, queries)) = fv::logsumexp(s)); // without values
        };
        ask(engine, 0);
        ask(fv::reference(), 1);
        float most = 0;
        const auto hold = [&](std::vector<float> const(&x)[2]) {
            for (std::size_t i = 0; i < x[0].size(); ++i) most = tests::worse(most, std::abs(x[0][i] - x[1][i]));
        };
        hold(o);
        hold(h);
        hold(l);
        return most;
    }
};

} // namespace

TEST_CASE("sm_80: scores far above the first ones keep their digits", "[sm80]") {
    for (const float low : {-1e3f, -1e9f, -1e30f, std::numeric_limits<float>::lowest()})
        for (const float normal : {0.f, 190.f}) // which is halfway between what is left of 1e9 + 190 and the next
            for (const bool first : {false, true}) {
                INFO("low ones of " << low << ", others of " << normal << ", first " << first);
                const auto bias = [&](fv::index i, fv::index j) {
                    const bool is_low = (j < biased_call::keys / 3) == first;
                    return i % 3 == 2 ? -1000.f : is_low ? low : normal; // every third query has low ones alone
                };
                CHECK(biased_call(40, bias).error(tests::emulated<>{}) < 0x1p-9f);
                CHECK(biased_call(3, bias).error(tests::emulated_decode<>{}) < 0x1p-9f);
            }
}

TEST_CASE("sm_80: a row beside one that rises keeps its reference", "[sm80]") {
    const auto bias = [](fv::index i, fv::index j) { // whichever end the keys are walked from
        const bool middle = j >= biased_call::keys / 3 && j < 2 * biased_call::keys / 3;
        return middle ? 0.f : i % 2 == 0 ? 150.f : -150.f;
    };
    CHECK(biased_call(40, bias).error(tests::emulated<>{}) < 0x1p-9f);
}
