// Masks bound to a run of keys: bits where positions are compared, and everything else as it was.
#include <fovea/expr/bind_run.hpp>
#include <fovea/mask/causal.hpp>
#include <fovea/mask/documents.hpp>
#include <fovea/mask/prefix.hpp>
#include <fovea/mask/sink_tokens.hpp>
#include <fovea/mask/sliding_window.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/contexts.hpp"

namespace fv = fovea;
using namespace fovea::terms;

namespace {

template <class E> using bound_to_run = decltype(fv::run_binder<tests::element>{tests::element{}}(std::declval<E>()));
template <class E> constexpr bool is_bits(E const&) { return std::is_same_v<bound_to_run<E>, fv::run_bits>; }
template <class E> constexpr bool stays(E const&) { return std::is_same_v<bound_to_run<E>, E>; }

// Bits of first + Step i Op number that are not what 64-bit integers give, which wrap around.
template <class Op, int Step> int wrong_bits(fv::index first, fv::index number) {
    const std::uint64_t bits = fv::compare_run<Op, Step>(first, number);
    int wrong = 0;
    for (fv::index i = 0; i < 64; ++i)
        wrong += (bits >> i & 1) != static_cast<std::uint64_t>(Op{}(0, fv::wrapped_sum(first, Step * i), number));
    return wrong;
}
template <int Step> int wrong_bits(fv::index first, fv::index number) {
    return wrong_bits<fv::less, Step>(first, number) + wrong_bits<fv::less_equal, Step>(first, number) +
           wrong_bits<fv::greater, Step>(first, number) + wrong_bits<fv::greater_equal, Step>(first, number) +
           wrong_bits<fv::equal, Step>(first, number) + wrong_bits<fv::not_equal, Step>(first, number);
}

// Bits of runs around the query that are not what each of their keys gives.
template <class E> int wrong_bits_of(E const& e) {
    int wrong = 0;
    for (fv::index q = 0; q < 130; ++q)
        for (fv::index k = 0; k < 70; ++k) {
            const std::uint64_t bits = fv::bits_of(e, tests::element{.query = q, .key = k});
            for (fv::index i = 0; i < 64; ++i)
                wrong += ((bits >> i & 1) != 0) != e(tests::element{.query = q, .key = k + i});
        }
    return wrong;
}

} // namespace

TEST_CASE("a run compares as its keys do, also where positions wrap around", "[expr]") {
    int wrong = 0;
    const fv::index ends[] = {fv::index_min,      -(fv::index{1} << 62), -5,           0, 1000,
                              fv::index{1} << 33, fv::index{1} << 62,    fv::index_max};
    for (fv::index first : ends)
        for (fv::index number : ends)
            for (fv::index i = -66; i <= 66; ++i)
                for (fv::index j : {fv::index{-64}, fv::index{-1}, fv::index{0}, fv::index{1}, fv::index{63}}) {
                    const fv::index a = fv::wrapped_sum(first, i), b = fv::wrapped_sum(number, j);
                    wrong += wrong_bits<1>(a, b) + wrong_bits<-1>(a, b);
                }
    CHECK(wrong == 0);
}

TEST_CASE("a number may stand on either side of a position", "[expr]") {
    CHECK(wrong_bits_of(q_pos < k_pos) == 0);
    CHECK(wrong_bits_of(q_pos <= k_pos) == 0);
    CHECK(wrong_bits_of(q_pos > k_pos) == 0);
    CHECK(wrong_bits_of(q_pos >= k_pos) == 0);
    CHECK(wrong_bits_of(q_pos == k_pos) == 0);
    CHECK(wrong_bits_of(9 >= q_pos - k_pos && !(q_pos - 3 != k_pos)) == 0);
}

TEST_CASE("comparisons of positions become bits, all else stays", "[expr]") {
    const std::vector<std::int32_t> ids(300, 1);
    const auto documents = fv::documents(fv::table(ids.data(), 1, 300));
    const auto window = fv::causal && (fv::sliding_window(700) || fv::sink_tokens(4));
    STATIC_REQUIRE(is_bits(fv::causal));
    CHECK(is_bits(window));
    CHECK(is_bits(fv::prefix(7) && !(q_pos + 3 == k_pos)));
    CHECK(is_bits(3 - (k_pos - q_pos) > 5 || head == 1));
    CHECK(is_bits(k_pos < fv::lookup(fv::table(ids.data(), 300), q_pos)));
    CHECK(stays(documents));
    CHECK(stays(k_pos % 3 == 0));
    CHECK(stays(2 * k_pos < q_pos));
    CHECK(stays(k_pos - 3 * q_pos < 2 * k_pos));
    CHECK(stays(2 * k_pos - 3 * k_pos < q_pos)); // two that are irregular make no number of the row
    CHECK(stays(k_pos + k_pos < q_pos));
    CHECK(stays(q_pos > 7)); // nothing of the key to ask
    STATIC_REQUIRE(std::is_same_v<bound_to_run<decltype(fv::causal && documents)>,
                                  fv::binary<fv::both, fv::run_bits, std::remove_cvref_t<decltype(documents)>>>);
}
