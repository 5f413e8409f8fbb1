// The reference engine against numbers worked out by hand, and the contract's rows on it.
#include <array>
#include <cmath>
#include <fovea/fovea.hpp>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;
using Catch::Matchers::WithinAbs;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();

// One head, one channel: the product of query i and key j is q[i] * k[j].
struct small {
    std::vector<float> q, k, v, o, l;
    small(std::vector<float> queries, std::vector<float> keys, std::vector<float> values)
        : q(queries), k(keys), v(values), o(queries.size(), 7.f), l(queries.size(), 7.f) {}
    static auto view(std::vector<float>& x) {
        return fv::tensor(x.data(), fv::bshd(1, static_cast<fv::index>(x.size()), 1, 1_c));
    }
    auto dot() { return fv::dot(view(q), view(k)); }
};

} // namespace

TEST_CASE("reference: softmax of two scores") {
    small x({1}, {0, std::log(3.f)}, {4, 8});
    const auto s = x.dot();
    const auto p = fv::softmax(s);
    std::array<float, 3> more{};
    const auto number = [&](int i) { return fv::tensor(&more[static_cast<std::size_t>(i)], fv::bhs(1, 1, 1)); };
    fv::run(fv::reference(), small::view(x.o) = fv::sum(p * small::view(x.v)), small::view(x.l) = fv::logsumexp(s),
            number(0) = fv::max(s), number(1) = fv::entropy(p), number(2) = fv::sum(p * (k_pos + 10)));
    STATIC_REQUIRE(std::is_same_v<decltype((k_pos + 10) * p), decltype(p * (k_pos + 10))>);
    CHECK_THAT(x.o[0], WithinAbs(7, 1e-6));
    CHECK_THAT(x.l[0], WithinAbs(std::log(4.0), 1e-6));
    CHECK_THAT(more[0], WithinAbs(std::log(3.0), 1e-7));
    CHECK_THAT(more[1], WithinAbs(-0.25 * std::log(0.25) - 0.75 * std::log(0.75), 1e-6));
    CHECK_THAT(more[2], WithinAbs(10.75, 1e-6));
}

TEST_CASE("reference: both sides of && are evaluated, and a remainder by 0 is the number itself") {
    small x({1}, {0, 0, 0}, {1, 2, 4});
    const auto divides = k_pos != 0 && q_pos % k_pos == 0; // keys 1 and 2 divide query 2
    const auto score = fv::dot(fv::at(small::view(x.q), 2), small::view(x.k));
    fv::run(fv::reference(), small::view(x.o) = fv::sum(fv::softmax(fv::where(divides, score)) * small::view(x.v)));
    CHECK_THAT(x.o[0], WithinAbs(3, 1e-6));
}

TEST_CASE("reference: a sink takes weight and gives no value") {
    small x({1}, {0, 0}, {3, 9});
    const auto s = x.dot();
    const auto p = fv::softmax(s, std::log(2.f));
    float h = 0;
    fv::run(fv::reference(), small::view(x.o) = fv::sum(p * small::view(x.v)), small::view(x.l) = fv::logsumexp(s),
            fv::tensor(&h, fv::bhs(1, 1, 1)) = fv::entropy(p));
    CHECK_THAT(x.o[0], WithinAbs(3, 1e-6));
    CHECK_THAT(x.l[0], WithinAbs(std::log(2.0), 1e-6));
    CHECK_THAT(h, WithinAbs(-0.5 * std::log(0.25), 1e-6));
}

TEST_CASE("reference: sigmoid weights are not normalised") {
    small x({1}, {0, std::log(3.f)}, {4, 8});
    fv::run(fv::reference(), small::view(x.o) = fv::sum(fv::sigmoid(x.dot()) * small::view(x.v)));
    CHECK_THAT(x.o[0], WithinAbs(0.5 * 4 + 0.75 * 8, 1e-6));
}

TEST_CASE("reference: epilogue") {
    small x({1}, {0, 0}, {1, 2});
    std::vector<float> gate{10}, residual{0.5f};
    std::vector<fv::bf16> rounded(1);
    const auto mean = fv::sum(fv::softmax(x.dot()) * small::view(x.v));
    fv::run(fv::reference(), small::view(x.o) = mean * small::view(gate) + small::view(residual),
            fv::tensor(rounded.data(), fv::bshd(1, 1, 1, 1_c)) = fv::cast<fv::bf16>(mean + 0.0001f));
    CHECK_THAT(x.o[0], WithinAbs(15.5, 1e-6));
    CHECK(static_cast<float>(rounded[0]) == 1.5f);
}

TEST_CASE("reference: a row with no key gives 0, -inf, -inf and 0") {
    small x({1, 1}, {2, 3}, {4, 5});
    const auto s = fv::where(k_pos < q_pos, x.dot());
    std::vector<float> top(2), h(2);
    fv::run(fv::reference(), small::view(x.o) = fv::sum(fv::softmax(s) * small::view(x.v)),
            small::view(x.l) = fv::logsumexp(s), small::view(top) = fv::max(s),
            small::view(h) = fv::entropy(fv::softmax(s)));
    CHECK(x.o == std::vector<float>{0, 4});
    CHECK(x.l == std::vector<float>{-inf, 2});
    CHECK(top == std::vector<float>{-inf, 2});
    CHECK(h == std::vector<float>{0, 0});
}

TEST_CASE("reference: what a masked key holds never reaches a row, what an attended key holds does") {
    small x({1, 1, 1}, {1, 1, not_a_number}, {3, inf, not_a_number});
    fv::run(fv::reference(),
            small::view(x.o) = fv::sum(fv::softmax(fv::where(fv::causal, x.dot())) * small::view(x.v)));
    CHECK(x.o[0] == 3);
    CHECK(x.o[1] == inf);
    CHECK(std::isnan(x.o[2]));
    small y({1, 1}, {-inf, -inf}, {1, 1});
    fv::run(fv::reference(), small::view(y.o) = fv::sum(fv::softmax(y.dot()) * small::view(y.v)),
            small::view(y.l) = fv::logsumexp(y.dot()));
    CHECK(y.o[0] == 0);
    CHECK(y.l[0] == -inf);
}

TEST_CASE("reference: an index outside a table is refused at attended keys only, and nothing is written") {
    small x({1, 1, 1}, {1, 1, 1}, {1, 2, 3});
    const std::vector<float> biases{0.5f, 0.25f};
    const auto biased = x.dot() + fv::lookup(fv::table(biases), q_pos - k_pos);
    const auto far = fv::try_run(
        fv::reference(), small::view(x.o) = fv::sum(fv::softmax(fv::where(fv::causal, biased)) * small::view(x.v)));
    CHECK(std::string(far.sentence()) ==
          "fovea: a table of 2 entries is read at index 2 for an attended key (batch 0, head 0, query "
          "row 2); clamp the index or lengthen the table");
    CHECK(x.o == std::vector<float>{7, 7, 7});
    const auto p = fv::softmax(fv::where(fv::sliding_window(2), biased));
    CHECK(fv::try_run(fv::reference(), small::view(x.o) = fv::sum(p * small::view(x.v))).ok());
    const auto moment = fv::sum(p * fv::lookup(fv::table(biases), k_pos));
    CHECK(!fv::try_run(fv::reference(), small::view(x.o) = moment).ok());
    const auto sinks = fv::softmax(x.dot(), fv::lookup(fv::table(biases), head + 2));
    CHECK(!fv::try_run(fv::reference(), small::view(x.o) = fv::sum(sinks * small::view(x.v))).ok());
}

TEST_CASE("reference: a single row of document ids serves every batch") {
    const std::vector<std::int32_t> ids{0, 0, 1};
    std::vector<float> q(6, 1.f), k(6, 1.f), v{1, 3, 5, 7, 9, 11}, o(6);
    const auto view = [](std::vector<float>& x) { return fv::tensor(x.data(), fv::bshd(2, 3, 1, 1_c)); };
    const auto score = fv::dot(view(q), view(k));
    const auto packed = fv::softmax(fv::where(fv::documents(fv::sorted(ids.data(), 3)), score));
    fv::run(fv::reference(), view(o) = fv::sum(packed * view(v)));
    CHECK(o == std::vector<float>{2, 2, 5, 8, 8, 11});
    std::fill(o.begin(), o.end(), 0.f);
    fv::run(fv::cpu(), view(o) = fv::sum(packed * view(v)));
    CHECK(o == std::vector<float>{2, 2, 5, 8, 8, 11});
    const std::vector<std::int32_t> two_rows(6), three(9); // any other number of rows must reach
    const auto short_of_one = fv::lookup(fv::table(two_rows.data(), 2, 3), batch + 1, k_pos) == 0;
    CHECK(!fv::try_run(fv::reference(), view(o) = fv::sum(fv::softmax(fv::where(short_of_one, score)) * view(v))).ok());
    const auto enough = fv::lookup(fv::table(three.data(), 3, 3), batch + 1, k_pos) == 0;
    CHECK(fv::try_run(fv::reference(), view(o) = fv::sum(fv::softmax(fv::where(enough, score)) * view(v))).ok());
}

TEST_CASE("reference: a bias tensor is read by row and column, and needs no positions stated") {
    small x({1, 1}, {0, 0, 0}, {3, 6, 9});
    const std::vector<float> biases{0, 0, 0, -inf, 0, 0};
    const auto biased = x.dot() + fv::bias(fv::tensor(biases.data(), fv::bhqk(1, 1, 2, 3)));
    fv::run(fv::reference(), small::view(x.o) = fv::sum(fv::softmax(biased) * small::view(x.v)));
    CHECK_THAT(x.o[0], WithinAbs(6, 1e-6));
    CHECK_THAT(x.o[1], WithinAbs(7.5, 1e-6));
    fv::run(fv::reference(), small::view(x.o) = fv::sum(fv::softmax(fv::where(k_pos < 2, biased)) * small::view(x.v)));
    CHECK_THAT(x.o[1], WithinAbs(6, 1e-6));
    // What stands beside it still compares.
    const auto causal = fv::sum(fv::softmax(fv::where(fv::causal, biased)) * small::view(x.v));
    CHECK(!fv::try_run(fv::reference(), small::view(x.o) = causal).ok());
    const auto sloped = fv::sum(fv::softmax(biased + (q_pos - k_pos)) * small::view(x.v));
    CHECK(!fv::try_run(fv::reference(), small::view(x.o) = sloped).ok());
}

TEST_CASE("reference: rotated products depend on the distance alone") {
    const auto q = tests::normals(8, 1), k = tests::normals(8, 2);
    const auto product = [&](auto rotate, fv::index query, fv::index key) {
        const auto view = [](std::vector<float> const& x) { return fv::tensor(x.data(), fv::bshd(1, 1, 1, 8_c)); };
        float l = 0;
        fv::run(fv::reference(), fv::tensor(&l, fv::bhs(1, 1, 1)) = fv::logsumexp(
                                     fv::dot(rotate(fv::at(view(q), query)), rotate(fv::at(view(k), key)))));
        return l;
    };
    const auto halves = [](auto x) { return fv::rope_halves(x, fv::rope_plain{.theta = 1e4}); };
    const auto pairs = [](auto x) { return fv::rope_pairs(x, fv::rope_plain{.theta = 1e4, .channels = 6}); };
    CHECK_THAT(product(halves, 1000007, 1000004), WithinAbs(product(halves, 3, 0), 1e-6));
    CHECK_THAT(product(pairs, 1000007, 1000004), WithinAbs(product(pairs, 3, 0), 1e-6));
    CHECK(std::abs(product(halves, 3, 0) - product(pairs, 3, 0)) > 1e-3);
    // One pair: a rotation by position radians.
    std::vector<float> x{1, 0, 0, 1}, turned(4);
    fv::run(fv::reference(), fv::tensor(turned.data(), fv::bshd(1, 2, 1, 2_c)) = fv::scale(
                                 fv::rope_pairs(fv::tensor(x.data(), fv::bshd(1, 2, 1, 2_c)), fv::rope_plain{}), 2));
    CHECK_THAT(turned[0], WithinAbs(2, 1e-6));
    CHECK_THAT(turned[2], WithinAbs(-2 * std::sin(1.0), 1e-6));
    CHECK_THAT(turned[3], WithinAbs(2 * std::cos(1.0), 1e-6));
}

TEST_CASE("reference: heads of a group share a key head, biases repeat") {
    std::vector<float> q(4, 1.f), k{0, 0}, v{3, 5}, o(4), b{0, 1, 2, 3};
    const auto view = [](std::vector<float>& x, fv::index heads) {
        return fv::tensor(x.data(), fv::bshd(1, 1, heads, 1_c));
    };
    const auto bias = fv::bias(fv::tensor(b.data(), fv::bhqk(1, 4, 1, 1)));
    const auto s = fv::dot(view(q, 4), view(k, 2)) + bias + kv_head;
    std::vector<float> l(4);
    fv::run(fv::reference(), view(o, 4) = fv::sum(fv::softmax(s) * view(v, 2)), view(l, 4) = fv::logsumexp(s));
    CHECK(o == std::vector<float>{3, 3, 5, 5});
    CHECK(l == std::vector<float>{0, 1, 3, 4});
}
