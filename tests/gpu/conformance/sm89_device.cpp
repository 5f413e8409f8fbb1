// The hardware against the emulator: bit for bit, approximations within their bounds. Needs a GPU of 8.9 or later.
#include "gpu/conformance/judged.hpp"
#include "simt/machine.hpp"
#include "support/catch.hpp"

TEST_CASE("the hardware does what the emulator does: 8.9", "[sanitize]") {
    using list = tests::sm89_instructions<fovea::simt::machine>;
    for (tests::verdict const& v : judged(list{}, tests::sm89_on_device(), tests::sm89_on_emulator())) {
        INFO(v.name << ": " << v.text);
        CHECK(v.good);
    }
}
