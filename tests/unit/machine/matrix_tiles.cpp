// Products of the matrix unit, or their meaning in lanes, against sums in double.
#include "fovea/machine/simd/matrix_tiles.hpp"

#include <cmath>
#include <thread>
#include <vector>

#include "fovea/dtype/formats.hpp"
#include "support/catch.hpp"
#include "support/draws.hpp"

namespace {

using fovea::index;
using fovea::tile_side;
using fovea::tile_words;
using fovea::word;

// Element k of 32 of row (or column) i of a tile of pairs.
float factor(word const* tile, bool by_column, int i, int k) {
    const word w = tile[by_column ? k / 2 * tile_side + i : i * tile_side + k / 2];
    return std::bit_cast<float>(k % 2 == 0 ? w << 16 : w & 0xffff0000u);
}

std::vector<word> drawn_tiles(tests::draws& draw, index words) {
    std::vector<word> tiles(static_cast<std::size_t>(words));
    for (word& w : tiles) w = fovea::bf16_bits(draw.normal()) | word{fovea::bf16_bits(draw.normal())} << 16;
    return tiles;
}

// So many products in a row, from sums that were loaded: largest error over the sum of the terms' magnitudes.
template <int Rows, int Columns> double largest_error(int products) {
    tests::draws draw{5};
    const index a_row = products * tile_words, b_column = a_row + 3 * tile_side, out_row = Columns * tile_words;
    const std::vector<word> a = drawn_tiles(draw, Rows * a_row), b = drawn_tiles(draw, Columns * b_column);
    std::vector<float> before(Rows * Columns * tile_words), after(before.size());
    for (float& x : before) x = draw.normal();
    {
        const fovea::matrix_unit unit;
        fovea::tile_sums<Rows, Columns> sums;
        sums.load(before.data(), out_row);
        for (int n = 0; n < products; ++n)
            sums.multiply(a.data() + n * tile_words, a_row, b.data() + n * tile_words, b_column);
        sums.store(after.data(), out_row);
    }
    double worst = 0;
    for (int i = 0; i < Rows * tile_side; ++i)
        for (int j = 0; j < Columns * tile_side; ++j) {
            const auto at = static_cast<std::size_t>(i / tile_side * out_row + j / tile_side * tile_words +
                                                     i % tile_side * tile_side + j % tile_side);
            double right = before[at], magnitude = std::abs(right);
            for (int n = 0; n < products; ++n)
                for (int k = 0; k < 32; ++k) {
                    word const* left_tile = a.data() + i / tile_side * a_row + n * tile_words;
                    word const* right_tile = b.data() + j / tile_side * b_column + n * tile_words;
                    const double term =
                        double{factor(left_tile, false, i % tile_side, k)} * factor(right_tile, true, j % tile_side, k);
                    right += term;
                    magnitude += std::abs(term);
                }
            worst = std::fmax(worst, std::abs(after[at] - right) / magnitude);
        }
    return worst;
}

} // namespace

TEST_CASE("tiles multiply pairs of bf16 into floats", "[tiles]") {
    REQUIRE(fovea::matrix_unit_refused().ok());
    CHECK(largest_error<2, 2>(1) <= 1e-6);
    CHECK(largest_error<2, 2>(7) <= 2e-6);
    CHECK(largest_error<1, 4>(1) <= 1e-6);
    CHECK(largest_error<1, 4>(4) <= 2e-6);
}

TEST_CASE("each thread has registers of its own, which start where they are cleared", "[tiles]") {
    REQUIRE(fovea::matrix_unit_refused().ok());
    double errors[2] = {1, 1};
    std::thread other([&] {
        for (int i = 0; i < 20; ++i) errors[0] = largest_error<2, 2>(3);
    });
    for (int i = 0; i < 20; ++i) errors[1] = largest_error<1, 4>(3);
    other.join();
    CHECK(errors[0] <= 2e-6);
    CHECK(errors[1] <= 2e-6);
    const fovea::matrix_unit unit;
    fovea::tile_sums<1, 4> sums;
    std::vector<float> out(4 * tile_words, 1.f);
    sums.load(out.data(), 0);
    sums.clear();
    sums.store(out.data(), 0);
    CHECK(out == std::vector<float>(out.size(), 0.f));
}
