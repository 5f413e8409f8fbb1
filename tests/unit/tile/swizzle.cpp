// Eight neighbouring rows of one column of chunks lie in eight different bank lines, and no two chunks share a place.
#include <fovea/engine/sm80/shape.hpp>
#include <fovea/tile/swizzle.hpp>
#include <set>

#include "support/catch.hpp"

namespace fv = fovea;

namespace {

template <int Channels> void hold() {
    INFO(Channels << " channels");
    int wrong = 0;
    for (fv::word first = 0; first < 64; first += 8)
        for (fv::word chunk = 0; chunk < fv::chunks_of_row<Channels>; ++chunk) {
            std::set<fv::word> lines;
            for (fv::word row = first; row < first + 8; ++row) {
                const fv::word at = fv::row_pitch<Channels> * row + 16 * fv::swizzled<Channels>(row, chunk);
                lines.insert(at / 16 % 8);
                wrong += fv::swizzled<Channels>(row, chunk) >= fv::chunks_of_row<Channels>;
                wrong += fv::swizzled<Channels>(row, fv::swizzled<Channels>(row, chunk)) != chunk;
            }
            wrong += lines.size() != 8;
        }
    CHECK(wrong == 0);
}

template <int Values> void hold_outputs() {
    INFO(Values << " values");
    int wrong = 0;
    for (int row = 0; row < 32; row += 4)
        for (int unit = 0; unit < Values / 8; ++unit) {
            std::set<fv::word> banks; // of a half warp's stores of eight bytes
            for (int lane = 0; lane < 16; ++lane)
                banks.insert(fv::sm80::output_at<Values>(row + lane / 4, 8 * unit + 2 * (lane % 4)) / 8 % 16);
            wrong += banks.size() != 16;
        }
    CHECK(wrong == 0);
}

} // namespace

TEST_CASE("eight rows of a column of chunks lie in eight bank lines", "[tile]") {
    hold<16>(), hold<32>(), hold<48>(), hold<64>(), hold<80>(), hold<96>(), hold<112>(), hold<128>(), hold<144>();
    hold<160>(), hold<192>(), hold<208>(), hold<240>(), hold<256>();
}

TEST_CASE("stores of staged outputs fill all banks", "[tile]") {
    hold_outputs<16>(), hold_outputs<32>(), hold_outputs<48>(), hold_outputs<64>(), hold_outputs<80>();
    hold_outputs<96>(), hold_outputs<128>(), hold_outputs<192>(), hold_outputs<256>();
}
