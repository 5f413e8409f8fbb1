// Decoding with every number of rows that share a key head: groups of rows that are full, cut, and alone; keys that
// are read where they lie and such that are not; and one row more, which is no decoding.
#include <fovea/fovea.hpp>

#include "engine/small_problem.hpp"
#include "support/catch.hpp"

namespace {

template <class T> void every_number_of_rows(std::int64_t channels, std::int64_t keys) {
    for (std::int64_t rows = 1; rows <= fovea::longest_decode + 1; ++rows) {
        tests::shape s = tests::at_the_end(1, keys);
        s.heads = s.kv_heads * rows;
        s.channels = channels;
        s.value_channels = channels == 64 ? 96 : 24;
        tests::small_problem<T> x(s, 70 + static_cast<std::uint64_t>(rows));
        x.lengths[0] = keys - 3;
        INFO("rows " << rows << ", channels " << channels << ", keys " << keys);
        CHECK(x.run(fovea::cpu()).compared() == "");
    }
}

} // namespace

TEMPLATE_TEST_CASE("decoding keeps its error for every number of rows", "[decode]", float, fovea::bf16) {
    every_number_of_rows<TestType>(64, 600); // in place, two pieces
    every_number_of_rows<TestType>(40, 77);  // through a copy
}
