// Views: what becomes what.
#include "fovea/tensor/strided.hpp"

#include <concepts>

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
