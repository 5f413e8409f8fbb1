// Views: what becomes what, and where they are placed.
#include "fovea/tensor/strided.hpp"

#include <concepts>

#include "fovea/tensor/rope.hpp"
#include "support/catch.hpp"

namespace fv = fovea;

TEST_CASE("a view of elements that may be written is one to read, and not the other way round") {
    float x[6] = {};
    const auto written = fv::at(fv::tensor(x, fv::bhs(1, 2, 3)), 5);
    const fv::strided_view<float const, fv::constant_size<1>> read = written;
    CHECK(read.data == x);
    CHECK(read.positions() == 3);
    CHECK(read.first == 5);
    CHECK(read.placed);
    using reader = fv::strided_view<float const, fv::index>;
    using writer = fv::strided_view<float, fv::index>;
    STATIC_REQUIRE(std::convertible_to<writer, reader>);
    STATIC_REQUIRE_FALSE(std::convertible_to<reader, writer>);
    STATIC_REQUIRE_FALSE(std::convertible_to<fv::strided_view<double, fv::index>, reader>);
}

TEST_CASE("operands with a prologue are placed as the views inside are") {
    float x[32] = {};
    const auto q = fv::tensor(x, fv::bshd(1, 2, 1, 4));
    const auto k = fv::at(fv::tensor(x, fv::bshd(1, 8, 1, 4)), 100);
    const auto turned = fv::rope_halves(q, fv::rope_plain{});
    CHECK(fv::align_ends(q, k).first == 106);
    const auto placed = fv::align_ends(fv::scale(turned, 0.5f), fv::rope_halves(k, fv::rope_plain{}));
    CHECK(fv::source_of(placed).first == 106);
    CHECK(fv::source_of(placed).placed);
    CHECK(placed.factor == 0.5f);
    CHECK(fv::align_ends(q, fv::scale(k, 2.f)).first == 106);
    CHECK(fv::source_of(fv::align_ends(turned, k)).first == 106);
}
