// The hardware against the formulas: bit for bit. Needs a GPU of compute capability 9.0.
#include "gpu/conformance/judged.hpp"
#include "gpu/conformance/sm90_instructions.hpp"
#include "support/catch.hpp"

using namespace tests;

TEST_CASE("the hardware does what formulas say: 9.0", "[sanitize]") {
    constexpr sm90_instructions<no_machine> list;
    for (verdict const& v : judged(list, sm90_on_device(), expected(list))) {
        INFO(v.name << ": " << v.text);
        CHECK(v.good);
    }
}
