// What a tile copy (TMA) is told of a tensor in global memory, before it is packed for the hardware or the emulator.
//
//     tensor_shape rows{.base = k, .format = element_format::bf16, .rank = 3, .sizes = {128, keys, heads},
//                       .strides = {2, 256, 256 * keys}, .box = {64, 128, 1}, .swizzle = swizzle::bytes_128};
//
// Axis 0 is the contiguous one. A box beyond the tensor's sizes reads zeros there, and writes nothing.
// Source: PTX ISA 9.0, tensor maps; CUDA driver API, cuTensorMapEncodeTiled (whose rules check() states).
#pragma once
#include <cstddef>
#include <cstdint>

#include "fovea/base/integers.hpp"

namespace fovea::inline v0_1 {

// How 16-byte chunks of shared memory are exchanged inside atoms of 8 rows, so that 8 rows of one column lie in 8
// different bank groups. Of an address: bits 4.. ^= bits 7.. , over 1, 2 or 3 bits; a row is 32, 64 or 128 bytes.
//
//     bytes_128, rows r of 8 chunks:  chunk c of row r lies at c ^ (r % 8)
enum class swizzle : std::uint8_t { none, bytes_32, bytes_64, bytes_128 };

FOVEA_HOST_DEVICE constexpr word swizzle_bytes(swizzle s) {
    return s == swizzle::none ? 16 : 16u << static_cast<word>(s);
}
FOVEA_HOST_DEVICE constexpr word swizzled(word address, swizzle s) {
    return address ^ (address >> 3 & ((1u << static_cast<word>(s)) - 1) << 4);
}

// What an element is: its size, and what it is added as.
enum class element_format : std::uint8_t { uint8, fp16, bf16, int32, fp32 };

FOVEA_HOST_DEVICE constexpr word element_bytes(element_format f) {
    return f == element_format::uint8 ? 1 : f == element_format::fp16 || f == element_format::bf16 ? 2 : 4;
}

struct tensor_shape {
    void const* base = nullptr; // 16-byte aligned
    element_format format = element_format::fp16;
    int rank = 1;                                   // 1 to 5
    std::uint64_t sizes[5] = {1, 1, 1, 1, 1};       // in elements, 1 to 2^32
    std::uint64_t strides[5] = {0, 0, 0, 0, 0};     // in bytes; [0] is not read; multiples of 16 below 2^40
    word box[5] = {1, 1, 1, 1, 1};                  // in elements, 1 to 256
    fovea::swizzle swizzle = fovea::swizzle::none;  // the box's axis 0 is at most so many bytes
};

// The sentence that says what is wrong with it, or null. Shared by both models, so that the emulator refuses what the
// driver would.
constexpr char const* check(tensor_shape const& t) {
    if (t.rank < 1 || t.rank > 5) return "a tensor map has 1 to 5 axes";
    const word bytes = element_bytes(t.format);
    for (int i = 0; i < t.rank; ++i) {
        if (t.sizes[i] < 1 || t.sizes[i] > std::uint64_t{1} << 32) return "a tensor map's sizes are 1 to 2^32";
        if (t.box[i] < 1 || t.box[i] > 256) return "a tensor map's box is 1 to 256 elements along each axis";
        if (i > 0 && (t.strides[i] % 16 != 0 || t.strides[i] >= std::uint64_t{1} << 40))
            return "a tensor map's strides are multiples of 16 bytes below 2^40";
    }
    if (t.box[0] * bytes % 16 != 0) return "a tensor map's box is a multiple of 16 bytes along axis 0";
    if (t.swizzle != swizzle::none && t.box[0] * bytes > swizzle_bytes(t.swizzle))
        return "a tensor map's box is at most the swizzle's bytes along axis 0";
    return nullptr;
}
FOVEA_HOST_DEVICE constexpr word box_bytes(tensor_shape const& t) {
    word bytes = element_bytes(t.format);
    for (int i = 0; i < t.rank; ++i) bytes *= t.box[i];
    return bytes;
}

} // namespace fovea::inline v0_1
