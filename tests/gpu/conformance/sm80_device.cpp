// The hardware against the emulator: bit for bit, approximations within their bounds. Needs a GPU of 8.0 or later.
#include "gpu/conformance/judged.hpp"
#include "simt/machine.hpp"
#include "support/catch.hpp"

TEST_CASE("the hardware does what the emulator does: 8.0", "[sanitize]") {
    using list = tests::sm80_instructions<fovea::simt::machine>;
    for (tests::verdict const& v : judged(list{}, tests::sm80_on_device(), tests::sm80_on_emulator())) {
        INFO(v.name << ": " << v.text);
        CHECK(v.good);
    }
}
