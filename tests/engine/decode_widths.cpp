// Decoding with vectors of other machines: rows lie in vectors of 4 and 16 lanes otherwise than in those of 8.
#include "support/any_width.hpp"

#include "engine/every_number_of_rows.hpp"

namespace {

template <class T, int Lanes, bool Pairs = false> void at_width() {
    static constexpr fovea::cpu_shape shape = fovea::default_shape(
        {.lanes = Lanes, .registers = Lanes == 16 ? 32 : 16, .bf16_pairs = Pairs}, std::is_same_v<T, fovea::bf16>);
    const auto engine = [] { return fovea::cpu().template with_shape<shape>(); };
    tests::every_number_of_rows<T>(engine, 64, 200);
}

} // namespace

TEMPLATE_TEST_CASE("decoding keeps its error at every width", "[decode]", float, fovea::bf16, fovea::fp16) {
    at_width<TestType, 4>();
    at_width<TestType, 8>();
    at_width<TestType, 16>();
    if constexpr (std::is_same_v<TestType, fovea::bf16>) at_width<TestType, 16, true>();
}
