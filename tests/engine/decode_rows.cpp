// Decoding with every number of rows that share a key head: groups of rows that are full, cut, and alone; keys that
// are read where they lie and such that are not; and one row more, which may be no decoding.
#include <fovea/fovea.hpp>
#include <limits>

#include "engine/every_number_of_rows.hpp"
#include "support/catch.hpp"

using tests::every_number_of_rows;

TEMPLATE_TEST_CASE("decoding keeps its error for every number of rows", "[decode]", float, fovea::bf16, fovea::fp16) {
    const auto engine = [] { return fovea::cpu(); };
    every_number_of_rows<TestType>(engine, 64, 600); // in place, two pieces
    every_number_of_rows<TestType>(engine, 40, 77);  // through a copy
    every_number_of_rows<TestType>(engine, 4, 77);   // a row is mostly padding
}

TEST_CASE("few rows are decoded: all together, or of each query head", "[decode]") {
    CHECK(fovea::are_few(1, 16));
    CHECK(fovea::are_few(16, 1));
    CHECK_FALSE(fovea::are_few(17, 1));
    CHECK(fovea::are_few(1, 128));
    CHECK(fovea::are_few(4, 32));
    CHECK(fovea::are_few(8, 4));
    CHECK_FALSE(fovea::are_few(8, 5));
    CHECK_FALSE(fovea::are_few(9, 2));
}

TEST_CASE("many rows leave no more behind than few do, in 16 pieces at least", "[decode]") {
    for (const std::int64_t rows : {1, 16, 17, 128, 5000}) {
        const fovea::decode_pieces cut(1 << 20, rows);
        CHECK(cut.count >= 16);
        CHECK((cut.count <= 16 || cut.count * rows <= 1024));
        CHECK(cut.begin(cut.count - 1) < cut.keys);
        CHECK(cut.end(cut.count - 1) == cut.keys);
    }
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
