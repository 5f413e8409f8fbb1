// Tables from pointers and containers, and functions of tables that are given containers.
#include <array>
#include <fovea/mask/padding.hpp>
#include <fovea/score/alibi.hpp>
#include <span>
#include <vector>

#include "support/catch.hpp"
#include "support/contexts.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using tests::element;

TEST_CASE("a table of a container is one row of its entries, where they are", "[expr]") {
    const std::vector<float> numbers{1, 2, 3};
    std::array<int, 4> ids{0, 0, 1, 2};
    const auto of_vector = fv::table(numbers);
    CHECK(of_vector.data == numbers.data());
    CHECK(of_vector.rows == 1);
    CHECK(of_vector.columns == 3);
    const auto of_array = fv::sorted(ids);
    CHECK(of_array.data == ids.data());
    CHECK(of_array.columns == 4);
    CHECK(of_array.sorting == fv::order::ascending);
    CHECK(fv::table(ids).sorting == fv::order::any);
    const auto of_span = fv::table(std::span(ids).first(2)); // ends with this line, the entries do not
    CHECK(of_span.data == ids.data());
    CHECK(of_span.columns == 2);
}

TEST_CASE("functions of a table of one row take a container that has a name", "[expr]") {
    const std::vector<float> slopes{0.5f, 0.25f};
    std::array<long, 2> lengths{7, 3};
    const element here{.batch = 1, .head = 1, .query = 9, .key = 5};
    CHECK(fv::alibi(slopes)(here) == fv::alibi(fv::table(slopes))(here));
    CHECK(fv::alibi(slopes)(here) == 0.25f * (5 - 9));
    CHECK(fv::alibi_two_sided(std::span(slopes))(here) == -0.25f * 4);
    CHECK_FALSE(fv::padding(lengths)(here));
    CHECK(fv::padding(lengths)(element{.batch = 0, .key = 5}));
    CHECK(fv::lookup(lengths, head)(here) == 3);
}
