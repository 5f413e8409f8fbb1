// Decoding with every number of rows that share a key head: groups of rows that are full, cut, and alone; keys that
// are read where they lie and such that are not; and one row more, which is no decoding.
#include <fovea/fovea.hpp>
#include <limits>

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
    every_number_of_rows<TestType>(4, 77);   // a row is mostly padding
}

TEMPLATE_TEST_CASE("what is not finite in one row of a group stays in it", "[decode]", float, fovea::bf16) {
    tests::shape s = tests::at_the_end(1, 70);
    s.batches = s.kv_heads = 1;
    s.heads = 3;
    s.channels = 6;
    tests::small_problem<TestType> clean(s), spoiled(s);
    for (std::int64_t c = 0; c < s.channels; ++c)
        spoiled.q[static_cast<std::size_t>(c)] = TestType(std::numeric_limits<float>::infinity());
    clean.run(fovea::cpu());
    spoiled.run(fovea::cpu());
    for (std::size_t i = static_cast<std::size_t>(s.value_channels); i < clean.o.size(); ++i)
        CHECK(spoiled.o[i] == clean.o[i]);
    for (std::size_t i = 1; i < clean.l.size(); ++i) CHECK(spoiled.l[i] == clean.l[i]);
}
