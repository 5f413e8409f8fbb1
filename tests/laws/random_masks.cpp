// At least 600 generated masks under the laws of their readings: trees fixed while compiling, drawn constants.
#include "support/any_width.hpp"

#include <utility>

#include "laws/random_tally.hpp"
#include "support/catch.hpp"

namespace {

template <unsigned... Tree> tests::tally masks(std::integer_sequence<unsigned, Tree...>) {
    tests::tally all;
    (try_tree(Tree, [](tests::leaves& from) { return tests::mask_tree<tests::mixed(Tree + 1), 3>(from); }, all), ...);
    return all;
}

} // namespace

TEST_CASE("random masks keep the laws", "[laws][random]") {
    const tests::tally all = masks(std::make_integer_sequence<unsigned, 28>{});
    INFO(all.first);
    CHECK(all.broken == 0);
    CHECK(all.expressions >= 600);
}
