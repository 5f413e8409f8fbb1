// What a seeded fault in the binding of packed rows to their heads has to get past: slopes of each head's own.
#include "engine/sm80/emulated_decode.hpp"
#include "support/catch.hpp"

TEST_CASE("every packed row has its own head's slope", "[heads]") {
    using tests::variants::alibi;
    const tests::decode_at_random<fovea::tile_shape{.query = 16, .key = 32, .warps = 2, .stages = 1}> engine;
    for (std::uint64_t seed = 0; seed < 12; ++seed)
        CHECK(tests::run_random_case<alibi, fovea::bf16, float, fovea::constant_size<16>>(seed, engine).why == "");
}
