// Where the 16-byte chunks of a tile's rows lie in shared memory, so that eight rows of one column fill all 32 banks.
//
//     word at = base + row_pitch<64, 2> * row + 16 * swizzled<64, 2>(row, chunk);      // 64 elements of 2 bytes
//
// A row of n elements (a multiple of 16) has no gaps where they are of 16 bits, and starts a bank line where they are
// of 32. A bank line is eight chunks; the chunk's number is changed by as many bits of the row as make eight rows
// differ:
//
//     64 channels            32 channels                    80 channels, of 16 bits
//     row 0  0 1 2 3 4 5 6 7 rows 0 1  0 1 2 3 | 0 1 2 3    rows 0-3  0 1 2 3 4 5 6 7 8 9
//     row 1  1 0 3 2 5 4 7 6 rows 2 3  1 0 3 2 | 1 0 3 2    rows 4-7  1 0 3 2 5 4 7 6 9 8
//     row 2  2 3 0 1 6 7 4 5 rows 4 5  2 3 0 1 | 2 3 0 1
//
// Laws: chunks of eight neighbouring rows (from a multiple of eight) in one column lie in eight different banks' lines;
// of 32-bit elements, so do the two chunks from an even one on in every other row (tests/unit/tile/swizzle.cpp).
#pragma once
#include "fovea/base/integers.hpp"

namespace fovea::inline v0_1 {

// Bytes: of an element, 2 or 4.
template <int Channels, int Bytes>
inline constexpr word row_pitch = round_up(static_cast<word>(Channels * Bytes), word{Bytes == 4 ? 128 : 32});
template <int Channels, int Bytes>
inline constexpr int chunks_of_row = static_cast<int>(row_pitch<Channels, Bytes>) / 16;

// The largest power of two that divides the number of chunks, at most eight: how many chunks trade places.
template <int Channels, int Bytes> consteval int chunks_exchanged() {
    static_assert(Channels > 0 && Channels % 16 == 0 && (Bytes == 2 || Bytes == 4));
    int n = 2;
    while (n < 8 && chunks_of_row<Channels, Bytes> % (2 * n) == 0) n *= 2;
    return n;
}

// What a row's chunk numbers are combined with, by exclusive or.
template <int Channels, int Bytes> FOVEA_HOST_DEVICE constexpr word swizzle_key(word row) {
    constexpr word exchanged = chunks_exchanged<Channels, Bytes>();
    return row / (8 / exchanged) % exchanged;
}
template <int Channels, int Bytes> FOVEA_HOST_DEVICE constexpr word swizzled(word row, word chunk) {
    return chunk ^ swizzle_key<Channels, Bytes>(row);
}

} // namespace fovea::inline v0_1
