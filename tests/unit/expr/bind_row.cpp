// Expressions bound to a row, and masks that ask once: the values stay.
#include <fovea/expr/assume.hpp>
#include <fovea/expr/bind_row.hpp>
#include <fovea/mask/causal.hpp>
#include <fovea/mask/dilated.hpp>
#include <fovea/mask/documents.hpp>
#include <fovea/mask/sink_tokens.hpp>
#include <fovea/mask/sliding_window.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/contexts.hpp"
#include "support/draws.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using tests::element;

namespace {

// An element of a tile: a row's query, and a key as a base and an offset.
struct tile_element {
    std::int64_t batch, head, kv_head;
    fv::position query, key;
    std::int64_t first_query, first_key;
    int* reads;

    template <class T, class I, class J> std::int64_t gather(fv::table_view<T> t, I row, J column) const {
        ++*reads;
        return fv::entry_at(t, fv::plain(row), fv::plain(column));
    }
};

template <class A, class B> int differences(A const& a, B const& b) {
    int wrong = 0;
    for (std::int64_t q = 0; q < 40; ++q)
        for (std::int64_t k = 0; k < 40; ++k)
            wrong += a(element{.query = q, .key = k}) != b(element{.query = q, .key = k});
    return wrong;
}

// Elements of tiles of 64 keys, bound to their row and not; first and last key are far from 0.
template <class E> int differences_in_rows(E const& e, std::int64_t first) {
    int wrong = 0, reads = 0;
    for (std::int64_t q = first; q < first + 70; ++q)
        for (std::int64_t tile = first; tile < first + 192; tile += 64) {
            const tile_element row{0, 0, 0, {q}, {tile}, 0, 0, &reads};
            const auto bound = fv::row_binder<tile_element>{row}(e);
            for (std::int32_t k = 0; k < 64; ++k) {
                const tile_element at{0, 0, 0, {q}, {tile, k}, 0, 0, &reads};
                wrong += bound(at) != e(element{.query = q, .key = tile + k});
            }
        }
    return wrong;
}

} // namespace

TEST_CASE("a mask that is known already is not asked again", "[expr]") {
    const auto window = q_pos - k_pos < 4;
    const auto sinks = fv::sink_tokens(2);
    const auto twice = fv::causal && (fv::sliding_window(4) || sinks);
    const auto once = fv::asked_once(twice);
    STATIC_REQUIRE(std::is_same_v<decltype(once), decltype(fv::causal && (window || sinks)) const>);
    CHECK(differences(once, twice) == 0);
    STATIC_REQUIRE(
        std::is_same_v<decltype(fv::asked_once(fv::causal && fv::causal)), std::remove_const_t<decltype(fv::causal)>>);
    // what has numbers of its own stays, however alike it looks
    const auto narrow_and_wide = window && (q_pos - k_pos < 30 || sinks);
    CHECK(differences(fv::asked_once(narrow_and_wide), narrow_and_wide) == 0);
    STATIC_REQUIRE(
        std::is_same_v<decltype(fv::asked_once(narrow_and_wide)), std::remove_const_t<decltype(narrow_and_wide)>>);
    const auto nested = (fv::causal && sinks) && ((fv::causal && window) || !fv::causal);
    CHECK(differences(fv::asked_once(nested), nested) == 0);
    const auto one_of = (fv::causal && sinks) || (fv::causal && window);
    CHECK(differences(fv::asked_once(one_of), one_of) == 0);
}

TEST_CASE("an expression bound to a row has its values", "[expr]") {
    std::vector<std::int32_t> ids(300);
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int32_t>(i / 7);
    const auto documents = fv::causal && fv::documents(fv::table(ids.data(), 1, 300));
    CHECK(differences_in_rows(documents, 0) == 0);
    for (std::int64_t first : {std::int64_t{0}, std::int64_t{1} << 40, -(std::int64_t{1} << 40)})
        for (std::int64_t n : {std::int64_t{1}, std::int64_t{3}, std::int64_t{64}, std::int64_t{1} << 33}) {
            CHECK(differences_in_rows(fv::dilated(n), first) == 0);
            CHECK(differences_in_rows((q_pos - k_pos) % n == 2, first) == 0);
            CHECK(differences_in_rows((q_pos - k_pos) % -n == -1, first) == 0);
            CHECK(differences_in_rows(k_pos % n != q_pos % 2, first) == 0);
            CHECK(differences_in_rows(k_pos % n < 2, first) == 0);
        }
}

TEST_CASE("what varies with the query alone is read once a row", "[expr]") {
    const std::vector<std::int32_t> ids{0, 0, 1, 1, 1, 2, 2, 2};
    int reads = 0;
    const tile_element row{0, 0, 0, {5}, {0}, 0, 0, &reads};
    const auto mask = fv::documents(fv::table(ids.data(), 1, 8));
    const auto bound = fv::row_binder<tile_element>{row}(mask);
    for (std::int32_t k = 0; k < 8; ++k) CHECK(bound(tile_element{0, 0, 0, {5}, {0, k}, 0, 0, &reads}) == (k >= 5));
    CHECK(reads == 1 + 8);
    // what changes nothing is not copied
    CHECK(&fv::bind_row(fv::causal, row) == &fv::causal);
}
