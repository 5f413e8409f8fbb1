// The bind reading: the values stay, what does not vary becomes a constant, and strips hold what they stand for.
#include <fovea/expr/bind.hpp>
#include <fovea/expr/refer.hpp>
#include <fovea/expr/rescale.hpp>
#include <fovea/mask/documents.hpp>
#include <fovea/score/alibi.hpp>
#include <fovea/score/relative_bias.hpp>
#include <fovea/score/softcap.hpp>
#include <fovea/tensor/rope.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/contexts.hpp"
#include "support/draws.hpp"
#include "support/raw_score.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using tests::element;
using tests::raw;

namespace {

const std::vector<float> slopes{0.5f, 0.25f, 0.125f, 0.75f};
const std::vector<float> biases = tests::normals(4 * 32, 31);

const auto positional = raw * 0.25f + fv::alibi(fv::table(slopes)) +
                        fv::relative_bias(fv::table(biases.data(), 4, 32), fv::t5{}) +
                        fv::lookup(fv::table(biases), k_pos % 100);

// An element that also reads strips of `length` entries, as engines keep them for one tile.
struct with_strips : element {
    std::int64_t strip_key = 0, strip_difference = 0; // places in a strip
    template <class T> auto strip_by_key(T const* values) const { return entry_of(values[strip_key]); }
    template <class T> auto strip_by_difference(T const* values) const { return entry_of(values[strip_difference]); }
    static float entry_of(float x) { return x; }
    static std::int64_t entry_of(std::int64_t x) { return x; }
    static bool entry_of(std::int32_t x) { return x != 0; }
};

} // namespace

TEST_CASE("what varies with batch and head alone is bound to a constant", "[expr]") {
    const fv::at_head here{1, 3, 1};
    const auto slope = fv::bind(fv::lookup(fv::table(slopes), head), here);
    STATIC_REQUIRE(std::is_same_v<decltype(slope), fv::constant<float> const>);
    CHECK(slope.value == 0.75f);
    STATIC_REQUIRE(std::is_same_v<decltype(fv::bind(batch * 10 + kv_head, here)), fv::constant<fv::index>>);
    CHECK(fv::bind(batch * 10 + kv_head, here).value == 11);
    STATIC_REQUIRE(std::is_same_v<decltype(fv::bind(batch == 1, here)), fv::constant<bool>>);
    const auto window = fv::bind(q_pos - k_pos < 4 * head, here);
    CHECK(window(element{.query = 11, .key = 0}));
    CHECK_FALSE(window(element{.query = 12, .key = 0}));
}

TEST_CASE("a remainder by head 0 is bound to a divisor that is not 0", "[expr]") {
    for (fv::index h : {0, 1, 3}) {
        const auto bound = fv::bind((q_pos + k_pos) % head, fv::at_head{0, h, 0});
        CHECK(bound.b.value != 0);
        CHECK(bound(element{.query = 5, .key = 3}) == (h == 0 ? 8 : 8 % h));
    }
    const auto number = fv::bind(q_pos % 7, fv::at_head{0, 0, 0});
    CHECK(number.b.value == 7);
}

TEST_CASE("a bound expression has the values of the expression", "[expr]") {
    tests::draws draw{32};
    for (std::int64_t h = 0; h < 4; ++h) {
        const auto bound = fv::bind(positional, fv::at_head{0, h, h / 2});
        for (int i = 0; i < 200; ++i) {
            const element e{.head = h,
                            .kv_head = h / 2,
                            .query = draw.between(0, 99),
                            .key = draw.between(0, 99),
                            .score = draw.normal()};
            CHECK(bound(e) == positional(e));
        }
    }
}

namespace {

// Fills the strips of e for a tile, reads every element through them, and counts what differs from e itself.
template <class E> int wrong_through_strips(E const& e) {
    constexpr std::int64_t rows = 6, keys = 9, length = 32, first_query = 50, first_key = 40;
    constexpr int count = fv::strip_count<E>();
    std::vector<std::int64_t> memory(count * length + 1);
    int wrong = 0;
    for (std::int64_t h = 0; h < 4; ++h) {
        fv::strip_store store{memory.data(), length};
        const auto bound = fv::bind(e, fv::at_head{0, h, h / 2}, store);
        wrong += store.next != memory.data() + count * length;
        int strips = 0;
        fv::each_strip(bound, [&](auto const& strip) {
            ++strips;
            constexpr bool by_key = std::remove_cvref_t<decltype(strip)>::by_key;
            const std::int64_t entries = by_key ? keys : rows + keys - 1;
            for (std::int64_t i = 0; i < entries; ++i) {
                const std::int64_t query = by_key ? first_query : first_query + rows - 1;
                const auto x = strip.inner(element{.head = h, .kv_head = h / 2, .query = query, .key = first_key + i});
                strip.values[i] = static_cast<std::remove_reference_t<decltype(strip.values[i])>>(x);
            }
        });
        wrong += strips != count;
        for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = 0; j < keys; ++j) {
                with_strips c;
                c.head = h, c.kv_head = h / 2, c.query = first_query + i, c.key = first_key + j, c.score = 0.5f;
                c.strip_key = j;
                c.strip_difference = rows - 1 - i + j;
                wrong += bound(c) != e(static_cast<element const&>(c));
            }
    }
    return wrong;
}
struct plain_power {
    bool operator()(std::int64_t d) const { return d >= 0 && (d & (d - 1)) == 0; }
};
struct plain_power_from {
    std::int64_t least;
    bool operator()(std::int64_t d) const { return d >= least && (d & (d - 1)) == 0; }
};
struct window_in_lanes {
    template <class I> auto operator()(I d) const { return d >= 0 && d < 7; }
};

template <class E> constexpr int strips_of(E const&) { return fv::strip_count<E>(); }

} // namespace

TEST_CASE("strips stand for the largest subexpressions of a difference or of a key", "[expr]") {
    CHECK(strips_of(positional) == 3);
    CHECK(strips_of(raw) == 0);
    CHECK(strips_of(fv::softcap(5.f, raw) + fv::alibi(fv::table(slopes))) == 1);
    CHECK(strips_of(raw + fv::lookup(fv::table(slopes), head)) == 0);
    CHECK(wrong_through_strips(positional) == 0);
    CHECK(wrong_through_strips(raw + fv::lookup(fv::table(biases), k_pos % 64) * fv::abs(q_pos - k_pos)) == 0);
}

TEST_CASE("masks keep strips of what is dear: divisions, tables, functors", "[expr]") {
    const auto dilated = k_pos <= q_pos && (q_pos - k_pos) % 4 == 0;
    const auto blocks = q_pos / 8 == k_pos / 8 || (k_pos % 3 == 0 && q_pos - k_pos < 5);
    CHECK(strips_of(dilated) == 1);
    CHECK(strips_of(k_pos <= q_pos && q_pos - k_pos < 5) == 0);
    CHECK(strips_of(k_pos <= q_pos && fv::apply(plain_power{}, q_pos - k_pos)) == 1);
    CHECK(strips_of(fv::apply(plain_power_from{2}, q_pos - k_pos)) == 1);
    CHECK(strips_of(fv::apply(window_in_lanes{}, q_pos - k_pos)) == 0); // computes in lanes
    CHECK(wrong_through_strips(dilated) == 0);
    CHECK(wrong_through_strips(blocks) == 0);
    CHECK(wrong_through_strips(k_pos <= q_pos && fv::apply(plain_power{}, q_pos - k_pos)) == 0);
}

TEST_CASE("multiplied moves a factor into the constants and keeps the value", "[expr]") {
    tests::draws draw{33};
    const auto holds = [&](auto const& e) {
        const auto product = fv::multiplied(e, fv::log2_e);
        for (int i = 0; i < 300; ++i) {
            const element at{.head = draw.between(0, 3),
                             .query = draw.between(0, 99),
                             .key = draw.between(0, 99),
                             .score = draw.normal()};
            const double right = static_cast<double>(fv::log2_e) * static_cast<double>(fv::as_real(e(at)));
            const double size = std::abs(right) + std::abs(static_cast<double>(at.score)) + 100;
            if (std::abs(static_cast<double>(fv::as_real(product(at))) - right) > 4 * 0x1p-24 * size) return false;
        }
        return true;
    };
    CHECK(holds(raw));
    CHECK(holds(raw * 0.125f));
    CHECK(holds(0.125f * raw + fv::alibi(fv::table(slopes))));
    CHECK(holds(positional));
    CHECK(holds(-raw - fv::alibi(fv::table(slopes)) - 2.f));
    CHECK(holds(fv::softcap(5.f, raw)));
    CHECK(holds(raw / 2.f + fv::exp(fv::tanh(raw))));
    CHECK(holds(fv::select(q_pos > k_pos, raw, 2.f * raw)));
    CHECK(holds(raw + (q_pos - k_pos) * 2));
    CHECK(holds(raw + (q_pos - k_pos)));
    CHECK(holds(raw + q_pos / 3));
    // integers meet before they are rounded
    const element far{.query = 10'000'000, .key = 10'000'001};
    CHECK(fv::multiplied(k_pos - q_pos, fv::log2_e)(far) == fv::log2_e);
    CHECK(fv::multiplied(k_pos + (-q_pos), fv::log2_e)(far) == fv::log2_e);
    CHECK(fv::multiplied(raw + (-q_pos + k_pos + 5), fv::log2_e)(far) == 6 * fv::log2_e);
    // the factor costs nothing where there is a constant to take it
    STATIC_REQUIRE(
        std::is_same_v<decltype(fv::multiplied(raw * 0.125f, 2.f)), std::remove_const_t<decltype(raw * 0.125f)>>);
    STATIC_REQUIRE(
        std::is_same_v<decltype(fv::multiplied(fv::softcap(5.f, raw), 2.f)), decltype(fv::softcap(5.f, raw))>);
}

TEST_CASE("numbers that multiply one after another are one, within a function too", "[expr]") {
    const auto joined = fv::factor_joiner{}(3.f * fv::tanh(raw * 0.5f * 0.25f) + fv::exp(8.f * raw * 2.f));
    const auto right = 3.f * fv::tanh(raw * 0.125f) + fv::exp(raw * 16.f);
    STATIC_REQUIRE(std::is_same_v<decltype(joined), decltype(right)>);
    for (const float score : {-3.f, 0.f, 0.0625f, 2.f}) {
        const element at{.score = score};
        CHECK(joined(at) == right(at));
    }
}

TEST_CASE("a large functor is referred to, and every other expression is what it was", "[expr]") {
    STATIC_REQUIRE(std::is_same_v<decltype(fv::referring(raw)), std::remove_const_t<decltype(raw)> const&>);
    const auto score = raw * 0.25f + fv::relative_bias(fv::table(biases.data(), 4, 32), fv::t5{});
    const auto referred = fv::referring(score);
    CHECK(sizeof(score) > 1024);
    CHECK(sizeof(referred) < 512);
    tests::draws draw{33};
    for (int i = 0; i < 200; ++i) {
        const element at{.head = draw.between(0, 3), .query = draw.between(0, 300), .key = draw.between(0, 300)};
        CHECK(referred(at) == score(at));
    }
    const auto of_two = fv::apply([table = fv::t5_buckets(fv::t5{})](fv::index a, fv::index b) { return table(a) + b; },
                                  q_pos - k_pos, k_pos);
    const auto pair = fv::referring(of_two);
    CHECK(pair(element{.query = 3, .key = 9}) == fv::t5_buckets(fv::t5{})(-6) + 9);
}
