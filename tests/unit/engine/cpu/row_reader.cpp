// Rows of operands: which of them need no reading.
#include <fovea/fovea.hpp>

#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::literals;

namespace {

template <class T = float> void const* second_row(auto const& view) {
    const fv::prepared prepared(view);
    return fv::row_reader<std::remove_cvref_t<decltype(view)>, 4>(prepared, 0, 0).template in_place<T>(1);
}

TEST_CASE("rows of floats side by side need no reading, whether they may be written or not") {
    float x[2 * 8] = {};
    float const* read_only = x;
    CHECK(second_row(fv::tensor(x, fv::bshd(1, 2, 1, 8_c))) == x + 8);
    CHECK(second_row(fv::tensor(read_only, fv::bshd(1, 2, 1, 8_c))) == x + 8);
}

TEST_CASE("rows of another format, or of channels that lie apart, are read") {
    const fv::bf16 halves[2 * 8] = {};
    const float x[2 * 8] = {};
    CHECK(second_row(fv::tensor(halves, fv::bshd(1, 2, 1, 8_c))) == nullptr);
    CHECK(second_row<fv::bf16>(fv::tensor(x, fv::bshd(1, 2, 1, 8_c))) == nullptr);
    CHECK(second_row(fv::tensor(x, fv::strided({1, 1, 2}, 8_c, {0, 0, 1, 2}))) == nullptr);
}

TEST_CASE("rows of bf16 are pairs where a word of them never holds another row's element") {
    alignas(4) const fv::bf16 x[4 * 8] = {};
    CHECK(second_row<fv::bf16>(fv::tensor(x, fv::bshd(1, 2, 1, 8_c))) == x + 8);
    CHECK(second_row<fv::bf16>(fv::tensor(x, fv::strided({1, 1, 2}, 8_c, {0, 0, 10, 1}))) == x + 10);
    CHECK(second_row<fv::bf16>(fv::tensor(x, fv::strided({1, 1, 2}, 8_c, {0, 0, 9, 1}))) == nullptr);
    CHECK(second_row<fv::bf16>(fv::tensor(x + 1, fv::bshd(1, 2, 1, 8_c))) == nullptr);
    CHECK(second_row<fv::bf16>(fv::tensor(x, fv::bshd(1, 2, 1, 7_c))) == nullptr);
    CHECK(second_row<fv::bf16>(fv::tensor(x, fv::strided({1, 1, 2}, 8_c, {0, 0, 1, 2}))) == nullptr);
}

} // namespace
