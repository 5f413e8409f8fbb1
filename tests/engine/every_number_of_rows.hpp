// Few rows a key head, one and several of each query head, and one more than are few, against the oracle.
//
//     tests::every_number_of_rows<float>([] { return fovea::cpu(); }, channels, keys);
#pragma once
#include <fovea/fovea.hpp>

#include "engine/small_problem.hpp"
#include "support/catch.hpp"

namespace tests {

template <class T, class Engine>
void every_number_of_rows(Engine const& engine, std::int64_t channels, std::int64_t keys) {
    const auto check = [&](std::int64_t queries, std::int64_t group) {
        shape s = at_the_end(queries, keys);
        s.heads = s.kv_heads * group;
        s.channels = channels;
        s.value_channels = channels == 64 ? 96 : 24;
        small_problem<T> x(s, 70 + static_cast<std::uint64_t>(queries * group));
        x.lengths[0] = keys - 3;
        INFO("queries " << queries << ", group " << group << ", channels " << channels << ", keys " << keys);
        CHECK(x.run(engine()).compared() == "");
    };
    for (std::int64_t rows = 1; rows <= 17; ++rows) check(1, rows);
    for (const std::int64_t group : {5, 9}) check(4, group);
    for (const std::int64_t group : {4, 5}) check(8, group);
    for (const std::int64_t queries : {16, 17}) check(queries, 1);
}

} // namespace tests
