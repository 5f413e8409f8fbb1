// Sentences of refusals: texts and numbers of any integer type.
#include <cstdint>
#include <fovea/base/refusal.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;

TEST_CASE("a sentence takes numbers of any integer type", "[refusal]") {
    const std::vector<int> v(3);
    const short few = -2;
    const fv::status s(
        {"v has ", v.size(), " entries, ", 0, " of them, ", few, ", ", 7u, ", ", std::int64_t{-1} << 63});
    CHECK(std::string(s.sentence()) == "fovea: v has 3 entries, 0 of them, -2, 7, -9223372036854775808");
    CHECK_FALSE(s.ok());
    CHECK(fv::status{}.ok());
}
