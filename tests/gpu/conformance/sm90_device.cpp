// The hardware against the formulas, and against the emulator: bit for bit. Needs a GPU of compute capability 9.0.
#include "gpu/conformance/judged.hpp"
#include "gpu/conformance/sm90_instructions.hpp"
#include "support/catch.hpp"

using namespace tests;

TEST_CASE("the hardware does what formulas and emulator say: 9.0", "[sanitize]") {
    constexpr sm90_instructions<no_machine> list;
    const outcomes got = sm90_on_device();
    for (outcomes const& right : {expected(list), sm90_on_emulator()})
        for (verdict const& v : judged(list, got, right)) {
            INFO(v.name << ": " << v.text);
            CHECK(v.good);
        }
}

TEST_CASE("the hardware multiplies tiles of every number of columns", "[sanitize]") {
    constexpr sm90_columns<no_machine> list;
    for (verdict const& v : judged(list, sm90_columns_on_device(), expected(list))) {
        INFO(v.name << ": " << v.text);
        CHECK(v.good);
    }
}
