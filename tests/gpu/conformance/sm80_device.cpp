// The hardware against the formulas, and against the emulator: bit for bit, approximations within their bounds. Needs a
// GPU of compute capability 8.0 or later.
#include "gpu/conformance/judged.hpp"
#include "support/catch.hpp"

using namespace tests;

TEST_CASE("the hardware does what formulas and emulator say: 8.0", "[sanitize]") {
    constexpr sm80_instructions<no_machine> list;
    const outcomes got = sm80_on_device();
    for (outcomes const& right : {expected(list), sm80_on_emulator()})
        for (verdict const& v : judged(list, got, right)) {
            INFO(v.name << ": " << v.text);
            CHECK(v.good);
        }
}
