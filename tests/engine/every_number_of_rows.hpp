// Decoding with one row a key head to one more than is decoding, against the oracle.
//
//     tests::every_number_of_rows<float>([] { return fovea::cpu(); }, channels, keys);
#pragma once
#include <fovea/fovea.hpp>

#include "engine/small_problem.hpp"
#include "support/catch.hpp"

namespace tests {

template <class T, class Engine>
void every_number_of_rows(Engine const& engine, std::int64_t channels, std::int64_t keys) {
    for (std::int64_t rows = 1; rows <= fovea::longest_decode + 1; ++rows) {
        shape s = at_the_end(1, keys);
        s.heads = s.kv_heads * rows;
        s.channels = channels;
        s.value_channels = channels == 64 ? 96 : 24;
        small_problem<T> x(s, 70 + static_cast<std::uint64_t>(rows));
        x.lengths[0] = keys - 3;
        INFO("rows " << rows << ", channels " << channels << ", keys " << keys);
        CHECK(x.run(engine()).compared() == "");
    }
}

} // namespace tests
