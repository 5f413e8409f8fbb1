// Eight neighbouring rows of one column of chunks lie in eight different bank lines, and no two chunks share a place.
// So do, in fp32, every other row's pairs of chunks. Staged outputs fill all banks.
#include <fovea/engine/sm80/shape.hpp>
#include <fovea/tile/swizzle.hpp>
#include <set>

#include "support/catch.hpp"

namespace fv = fovea;

namespace {

template <int Channels, int Bytes> fv::word line_of(fv::word row, fv::word chunk) {
    return (fv::row_pitch<Channels, Bytes> * row + 16 * fv::swizzled<Channels, Bytes>(row, chunk)) / 16 % 8;
}

template <int Channels, int Bytes> void hold() {
    INFO(Channels << " channels of " << Bytes << " bytes");
    int wrong = 0;
    for (fv::word first = 0; first < 64; first += 8)
        for (fv::word chunk = 0; chunk < fv::chunks_of_row<Channels, Bytes>; ++chunk) {
            std::set<fv::word> lines, others;
            for (fv::word row = first; row < first + 8; ++row) {
                const fv::word at = fv::swizzled<Channels, Bytes>(row, chunk);
                lines.insert(line_of<Channels, Bytes>(row, chunk));
                wrong += at >= fv::chunks_of_row<Channels, Bytes>;
                wrong += fv::swizzled<Channels, Bytes>(row, at) != chunk;
                if (row % 2 == chunk % 2) // all pairs from even rows, then from odd ones
                    for (fv::word half : {0u, 1u}) others.insert(line_of<Channels, Bytes>(row, chunk / 2 * 2 + half));
            }
            wrong += lines.size() != 8;
            wrong += Bytes == 4 && others.size() != 8;
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
    // A quarter warp's stores of 16 bytes: two rows, four units or, at the end of a row, two.
    for (int row = 0; row < 32; row += 2) {
        const auto hold_stores = [&](auto channel) {
            std::set<fv::word> banks;
            for (int lane = 0; lane < 8; ++lane)
                banks.insert(fv::sm80::output_at<Values>(row + lane / 4, channel(lane % 4)) / 16 % 8);
            wrong += banks.size() != 8;
        };
        for (int first = 0; first + 32 <= Values; first += 32)
            for (int half : {0, 4}) hold_stores([=](int t) { return first + 8 * t + half; });
        if (Values % 32 != 0) hold_stores([](int t) { return Values - 16 + 4 * t; });
    }
    CHECK(wrong == 0);
}

template <int Bytes> void hold_all() {
    hold<16, Bytes>(), hold<32, Bytes>(), hold<48, Bytes>(), hold<64, Bytes>(), hold<80, Bytes>(), hold<96, Bytes>();
    hold<112, Bytes>(), hold<128, Bytes>(), hold<144, Bytes>(), hold<160, Bytes>(), hold<192, Bytes>();
    hold<208, Bytes>(), hold<240, Bytes>(), hold<256, Bytes>();
}

} // namespace

TEST_CASE("eight rows of a column of chunks lie in eight bank lines", "[tile]") { hold_all<2>(), hold_all<4>(); }

TEST_CASE("stores of staged outputs fill all banks", "[tile]") {
    hold_outputs<16>(), hold_outputs<32>(), hold_outputs<48>(), hold_outputs<64>(), hold_outputs<80>();
    hold_outputs<96>(), hold_outputs<128>(), hold_outputs<192>(), hold_outputs<256>();
}
