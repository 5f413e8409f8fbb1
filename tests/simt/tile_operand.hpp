// Operands of tile products in shared memory: what a descriptor says, and where it places each element.
//
//     std::uint64_t d = tile_descriptor(address, 16, 1024, swizzle::bytes_128);
//     operand_tile tile{d, major::k, 2};   word where = tile.byte(row, 8);   // of row's byte 8 along k
//
//     63 62 | 51 .. 49    | 45 ..... 32 | 29 ...... 16 | 13 ...... 0
//     swizzle base offset | stride / 16 | leading / 16 | address / 16      swizzle: none 0, 128 1, 64 2, 32 3 bytes
//
// Lines are rows of a or columns of b. Contiguous along k: atoms of 8 lines, `stride` apart; without a swizzle an atom
// is 16 bytes wide and its neighbours along k are `leading` apart. Contiguous along lines: atoms of 8 steps of k,
// `stride` apart along k, `leading` along lines; without a swizzle the other way round.
// Source: PTX ISA 9.0, "Asynchronous Warpgroup Level Matrix Shared Memory Layout".
#pragma once
#include <cstdint>

#include "fovea/machine/sm90_machine.hpp"

namespace fovea::simt {

inline std::uint64_t tile_descriptor(word at, word leading, word stride, swizzle s) {
    const auto field = [](word bytes) { return std::uint64_t{bytes >> 4 & 0x3fffu}; };
    return field(at) | field(leading) << 16 | field(stride) << 32 | std::uint64_t{(4 - static_cast<word>(s)) & 3} << 62;
}

struct operand_tile {
    word start, leading, stride, base_offset;
    fovea::swizzle swizzle;
    major order;
    word element; // bytes

    operand_tile(std::uint64_t d, major contiguous, word element_bytes)
        : start(static_cast<word>(d & 0x3fff) << 4),
          leading(static_cast<word>(d >> 16 & 0x3fff) << 4),
          stride(static_cast<word>(d >> 32 & 0x3fff) << 4),
          base_offset(static_cast<word>(d >> 49 & 7)),
          swizzle(static_cast<fovea::swizzle>((4 - static_cast<word>(d >> 62)) & 3)),
          order(contiguous),
          element(element_bytes) {}

    // Of a line's byte along k, 0 to 31.
    word byte(word line, word along) const {
        if (order == major::k) {
            if (swizzle == fovea::swizzle::none)
                return start + line % 8 * 16 + line / 8 * stride + along / 16 * leading + along % 16;
            return swizzled(start + line % 8 * swizzle_bytes(swizzle) + line / 8 * stride + along, swizzle);
        }
        const word k = along / element, rest = along % element;
        if (swizzle == fovea::swizzle::none)
            return start + line % 8 * 2 + line / 8 * stride + k % 8 * 16 + k / 8 * leading + rest;
        const word width = swizzle_bytes(swizzle) / 2;
        return swizzled(start + line % width * 2 + line / width * leading + k % 8 * swizzle_bytes(swizzle) +
                            k / 8 * stride,
                        swizzle) +
               rest;
    }
    // Whether the start lies where its swizzle's atoms begin, as far as the atom's rows go.
    bool on_an_atom() const {
        const word rows = (1u << static_cast<word>(swizzle)) - 1;
        return (start >> 7 & rows) == (base_offset & rows);
    }
};

} // namespace fovea::simt
