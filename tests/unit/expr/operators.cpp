// The language as C++ writes it: precedence, kinds, what an expression depends on, and its values.
#include <fovea/expr/operators.hpp>
#include <fovea/expr/terms.hpp>
#include <fovea/mask/causal.hpp>
#include <fovea/mask/sliding_window.hpp>

#include "support/catch.hpp"
#include "support/contexts.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using fovea::kinds;
using tests::element;

namespace {

constexpr element here{.batch = 1, .head = 3, .kv_head = 2, .query = 40, .key = 7};

template <class E> constexpr kinds kind_of(E const&) { return E::kind; }
template <class E> constexpr fv::dependence depends_of(E const&) { return E::depends; }

} // namespace

TEST_CASE("terms read the context", "[expr]") {
    STATIC_REQUIRE(q_pos(here) == 40);
    STATIC_REQUIRE(k_pos(here) == 7);
    STATIC_REQUIRE(batch(here) == 1);
    STATIC_REQUIRE(head(here) == 3);
    STATIC_REQUIRE(kv_head(here) == 2);
    constexpr element moved{.query = 40, .key = 7, .first_query = 30, .first_key = 5};
    STATIC_REQUIRE(fv::query_row{}(moved) == 10);
    STATIC_REQUIRE(fv::key_column{}(moved) == 2);
}

TEST_CASE("operators group as C++ groups them", "[expr]") {
    STATIC_REQUIRE((q_pos - k_pos * 2 + 1)(here) == 40 - 7 * 2 + 1);
    STATIC_REQUIRE((q_pos + k_pos % 4 << 1)(here) == (40 + 7 % 4) << 1);
    STATIC_REQUIRE((q_pos & (k_pos | 8) ^ 3)(here) == ((40 & (7 | 8)) ^ 3));
    STATIC_REQUIRE((q_pos - k_pos < 4 || (k_pos < 8 && batch == 1))(here));
    STATIC_REQUIRE_FALSE((!(k_pos < 8))(here));
    STATIC_REQUIRE((-q_pos / 7)(here) == -40 / 7);
    STATIC_REQUIRE((-q_pos % 7)(here) == -40 % 7);
    STATIC_REQUIRE((~k_pos)(here) == ~7);
    STATIC_REQUIRE((100 - q_pos)(here) == 60);
    STATIC_REQUIRE((q_pos >> 2)(here) == 10);
}

TEST_CASE("functions of positions", "[expr]") {
    STATIC_REQUIRE(fv::abs(k_pos - q_pos)(here) == 33);
    STATIC_REQUIRE(fv::min(q_pos, k_pos)(here) == 7);
    STATIC_REQUIRE(fv::max(q_pos, 100)(here) == 100);
    STATIC_REQUIRE(fv::clamp(q_pos - k_pos, 0, 31)(here) == 31);
    STATIC_REQUIRE(fv::select(fv::causal, q_pos, k_pos)(here) == 40);
    STATIC_REQUIRE(fv::select(k_pos > q_pos, 1, 0)(here) == 0);
}

TEST_CASE("integers stay integers among themselves, and become reals beside one", "[expr]") {
    STATIC_REQUIRE(kind_of(q_pos - k_pos) == kinds::integer);
    STATIC_REQUIRE(kind_of((q_pos - k_pos) / 2) == kinds::integer);
    STATIC_REQUIRE(kind_of((q_pos - k_pos) * 0.5f) == kinds::real);
    STATIC_REQUIRE(kind_of((q_pos - k_pos) * 0.5) == kinds::real);
    STATIC_REQUIRE(kind_of(fv::tanh(q_pos - k_pos)) == kinds::real);
    STATIC_REQUIRE(kind_of(q_pos < k_pos) == kinds::truth);
    STATIC_REQUIRE(kind_of(fv::select(fv::causal, 1.f, 0)) == kinds::real);
    CHECK(((q_pos - k_pos) / 2)(here) == 16);
    CHECK(((q_pos - k_pos) / 2.f)(here) == 16.5f);
    CHECK((0.5f * q_pos < 20.5f)(here));
}

TEST_CASE("a number beyond 64 bits with a sign is the greatest", "[expr]") {
    CHECK(fv::lift(SIZE_MAX).value == fv::index_max);
    CHECK(fv::lift(std::uint64_t{1} << 63).value == fv::index_max);
    CHECK(fv::lift(static_cast<std::uint64_t>(fv::index_max)).value == fv::index_max);
    CHECK(fv::lift(fv::stated<std::uint64_t, UINT64_MAX>{}).value == fv::index_max);
    CHECK(fv::lift(std::uint64_t{7}).value == 7);
    CHECK(fv::lift(~0u).value == 0xffffffff);
    CHECK(fv::lift(-1).value == -1);
    CHECK((q_pos - k_pos < SIZE_MAX)(element{.query = 9, .key = 5})); // the comparison of a sliding_window
}

TEST_CASE("an expression knows what it depends on", "[expr]") {
    STATIC_REQUIRE(depends_of(q_pos - k_pos) == fv::dependence{.difference = true});
    STATIC_REQUIRE(depends_of(k_pos - q_pos) == fv::dependence{.difference = true});
    STATIC_REQUIRE(depends_of(fv::abs(q_pos - k_pos) * 0.5f).only_difference());
    STATIC_REQUIRE(depends_of(q_pos - k_pos + k_pos) == fv::dependence{.key = true, .difference = true});
    STATIC_REQUIRE(depends_of((q_pos + 1) - k_pos) == fv::dependence{.query = true, .key = true});
    STATIC_REQUIRE(depends_of(head * 2 + batch).only_row_group());
    STATIC_REQUIRE(depends_of(k_pos % 7).only_key());
    STATIC_REQUIRE_FALSE(depends_of(k_pos % 7).only_row_group());
    STATIC_REQUIRE(depends_of(fv::sliding_window(4)).query_and_key());
    STATIC_REQUIRE_FALSE(depends_of(k_pos < 4).query_and_key());
}

TEST_CASE("masks compare, and masks of any kind join", "[expr]") {
    const auto mask = fv::causal && (fv::sliding_window(10) || k_pos < 4);
    for (std::int64_t q = 0; q < 30; ++q)
        for (std::int64_t k = 0; k < 30; ++k)
            CHECK(mask(element{.query = q, .key = k}) == (k <= q && ((k <= q && q - k < 10) || k < 4)));
}

TEST_CASE("a number of the compiler is a number wherever one may stand", "[expr]") {
    using namespace fovea::literals;
    const auto difference = q_pos - k_pos; // 33
    STATIC_REQUIRE(std::is_same_v<decltype(q_pos - k_pos < 128_c), decltype(q_pos - k_pos < 128)>);
    CHECK((difference < 34_c)(here));
    CHECK_FALSE((33_c < difference)(here));
    CHECK((q_pos % 7_c == 5_c)(here));
    CHECK((100_c - q_pos + 1_c)(here) == 61);
    CHECK((difference * 2_c / 3_c)(here) == 22);
    CHECK((1_c << k_pos >> 2_c)(here) == 32);
    CHECK((k_pos & 3_c | 8_c ^ 0_c)(here) == 11);
    CHECK((q_pos >= 40_c && 7_c <= k_pos && k_pos != 8_c && 8_c > k_pos)(here));
    CHECK(fv::min(q_pos, 12_c)(here) == 12);
    CHECK(fv::clamp(difference, 0_c, 31_c)(here) == 31);
    CHECK(fv::select(k_pos > q_pos, 1_c, 2_c)(here) == 2);
    CHECK(fv::sliding_window(34_c)(here));
    CHECK_FALSE(fv::sliding_window(33_c)(here));
}
