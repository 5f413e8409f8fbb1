// At least 400 generated scores under the laws of their readings: trees fixed while compiling, drawn constants.
#include "support/any_width.hpp"

#include <fovea/tensor/rope.hpp>
#include <utility>

#include "laws/random_tally.hpp"
#include "support/catch.hpp"

namespace fv = fovea;

namespace {

const fv::strided_view<float const, fv::constant_size<16>> operand_view{nullptr,
                                                                        fv::bhsd(4, 4, 64, fv::constant_size<16>{})};

template <unsigned... Tree> tests::tally scores(std::integer_sequence<unsigned, Tree...>) {
    tests::tally all;
    const auto score = fv::dot(operand_view, operand_view);
    (try_tree(
         1000 + Tree,
         [&](tests::leaves& from) { return tests::real_tree<tests::mixed(Tree + 77), 3>(from, score) + score; }, all),
     ...);
    return all;
}

} // namespace

TEST_CASE("random scores keep the laws", "[laws][random]") {
    const tests::tally all = scores(std::make_integer_sequence<unsigned, 20>{});
    INFO(all.first);
    CHECK(all.broken == 0);
    CHECK(all.expressions >= 400);
}
