// Every named score, and functors of a user's own, under the laws of their readings.
#include "support/any_width.hpp"

#include <fovea/expr/bind.hpp>
#include <fovea/expr/rescale.hpp>
#include <fovea/mask/causal.hpp>
#include <fovea/score/alibi.hpp>
#include <fovea/score/bias.hpp>
#include <fovea/score/relative_bias.hpp>
#include <fovea/score/softcap.hpp>
#include <fovea/tensor/rope.hpp>

#include "laws/law.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::terms;

namespace {

const fv::strided_view<float const, fv::constant_size<16>> operand_view{nullptr,
                                                                        fv::bhsd(4, 4, 64, fv::constant_size<16>{})};
const auto raw = fv::dot(operand_view, operand_view);
const auto scaled = fv::scaled_dot(operand_view, operand_view);

template <class E> void check(char const* name, E const& e) {
    for (std::int64_t batch : {0, 2}) {
        const tests::law_report r = tests::run_laws_everywhere(e, batch, 3);
        INFO(name << ", batch " << batch << ": " << r.first);
        CHECK(r.broken() == 0);
        CHECK(r.elements == 6 * 24 * 40);
    }
}
// Only where tables are long enough for the positions: the grid at the origin, and one shifted.
template <class E> void check_near(char const* name, E const& e) {
    for (tests::grid g : {tests::grid{}, tests::grid{.queries = 20, .keys = 30, .batch = 2, .head = 3, .seed = 5}}) {
        const tests::law_report r = tests::run_laws(e, g);
        INFO(name << ": " << r.first);
        CHECK(r.broken() == 0);
    }
}

const std::vector<float> slopes{0.5f, 0.25f, 0.f, 0.0625f};
const std::vector<fv::bf16> short_slopes{fv::bf16{0.5f}, fv::bf16{0.25f}, fv::bf16{-1.f}, fv::bf16{0.1f}};
const std::vector<float> biases = tests::normals(4 * 32, 23);

// Generic: one template for numbers, lanes and intervals.
struct near_diagonal {
    template <class I> auto operator()(I q, I k) const { return q - k < 4 && k - q < 3; }
};
struct linear_penalty {
    float slope;
    template <class S, class I> auto operator()(S s, I q, I k) const { return s - slope * fv::as_real(q - k); }
};
struct folded_distance {
    template <class I> auto operator()(I distance) const { return 5 * distance % 17; }
};
// Plain: one element at a time.
struct plain_parity {
    bool operator()(std::int64_t q, std::int64_t k) const { return (q + 3 * k) % 5 < 2; }
};
struct plain_wave {
    float operator()(float s, std::int64_t distance) const { return s + 0.1f * static_cast<float>(distance % 7); }
};
struct plain_bucket {
    int operator()(std::int64_t distance) const { return static_cast<int>(distance % 3); }
};

} // namespace

TEST_CASE("scale, softcap and arithmetic of scores keep the laws", "[laws]") {
    check("dot", raw);
    check("scaled_dot", scaled);
    for (float c : {0.5f, 5.f, 50.f}) check("softcap", fv::softcap(c, scaled));
    check("softcap then bias", fv::softcap(3.f, scaled) + 0.25f * (k_pos - q_pos));
    check("exp, log and tanh", fv::log(1.f + fv::exp(fv::tanh(scaled))));
    check("abs, min, max and clamp", fv::clamp(fv::abs(scaled) - 1.f, -0.5f, fv::max(0.2f, fv::min(raw, 0.7f))));
    check("select by positions", fv::select(fv::causal, scaled, -2.f * scaled));
    check("select by a score", fv::select(raw > 0.f, raw, 0.1f * raw));
    check("quotient by a distance", scaled / (1 + fv::abs(q_pos - k_pos)));
    check("base 2", fv::multiplied(scaled + 0.5f * (k_pos - q_pos) - fv::softcap(2.f, raw), fv::log2_e));
}

TEST_CASE("alibi keeps the laws", "[laws]") {
    check("alibi", scaled + fv::alibi(fv::table(slopes)));
    check("alibi, bf16 slopes", scaled + fv::alibi(fv::table(short_slopes)));
    check("alibi, two-sided", scaled + fv::alibi_two_sided(fv::table(slopes)));
    check("alibi alone", fv::alibi(fv::table(slopes)));
}

TEST_CASE("relative_bias keeps the laws", "[laws]") {
    for (bool bidirectional : {false, true}) {
        const fv::t5 buckets{.buckets = 32, .max_distance = 20, .bidirectional = bidirectional};
        check("buckets", fv::apply(fv::t5_buckets(buckets), k_pos - q_pos));
        check("relative_bias", scaled + fv::relative_bias(fv::table(biases.data(), 4, 32), buckets));
        check("few buckets",
              fv::apply(fv::t5_buckets({.buckets = 8, .max_distance = 128, .bidirectional = bidirectional}),
                        k_pos - q_pos));
    }
    check("a table of distances", scaled + fv::lookup(fv::table(biases), fv::clamp(q_pos - k_pos, 0, 31)));
    check("a table of keys", scaled + fv::lookup(fv::table(biases), k_pos % 128));
}

TEST_CASE("bias tensors keep the laws, broadcast or not", "[laws]") {
    const auto values = tests::normals(3 * 4 * 24 * 40, 24);
    for (std::int64_t batches : {1, 3})
        for (std::int64_t heads : {1, 4})
            for (std::int64_t queries : {1, 24})
                for (std::int64_t keys : {1, 40})
                    check_near("bias",
                               scaled + fv::bias(fv::tensor(values.data(), fv::bhqk(batches, heads, queries, keys))));
}

TEST_CASE("a user's generic functor keeps the laws and skips dead tiles", "[laws]") {
    const auto mask = fv::apply(near_diagonal{}, q_pos, k_pos);
    check("near_diagonal", mask);
    CHECK(covers(mask(tests::tile{.query = {0, 7}, .key = {16, 23}})) == fv::coverage::none);
    CHECK(covers(mask(tests::tile{.query = {5, 5}, .key = {4, 6}})) == fv::coverage::all);
    check("linear_penalty", fv::apply(linear_penalty{0.3f}, scaled, q_pos, k_pos));
    check("folded_distance", fv::apply(folded_distance{}, q_pos - k_pos));
    check("inside a mask", fv::apply(folded_distance{}, q_pos - k_pos) < 9 && fv::causal);
}

TEST_CASE("a user's plain functor keeps the laws and decides nothing", "[laws]") {
    const auto mask = fv::apply(plain_parity{}, q_pos, k_pos);
    check("plain_parity", mask);
    CHECK(covers(mask(tests::tile{.query = {0, 7}, .key = {16, 23}})) == fv::coverage::some);
    CHECK(covers((fv::causal && mask)(tests::tile{.query = {0, 7}, .key = {16, 23}})) == fv::coverage::none);
    check("plain_wave", fv::apply(plain_wave{}, scaled, q_pos - k_pos));
    check("plain_bucket", fv::lookup(fv::table(biases), fv::apply(plain_bucket{}, q_pos + k_pos)));
}

TEST_CASE("a bound expression keeps the laws and its values", "[laws]") {
    const auto score = fv::softcap(5.f, scaled) + fv::alibi(fv::table(slopes)) +
                       fv::relative_bias(fv::table(biases.data(), 4, 32), fv::t5{.max_distance = 20});
    for (std::int64_t h = 0; h < 4; ++h) {
        const auto bound = fv::bind(score, fv::at_head{0, h, h / 2});
        const tests::law_report r = tests::run_laws_everywhere(bound, 0, h);
        INFO(r.first);
        CHECK(r.broken() == 0);
        const tests::grid g{.head = h, .kv_head = h / 2};
        CHECK(tests::values_on_grid(bound, g).numbers == tests::values_on_grid(score, g).numbers);
    }
}
