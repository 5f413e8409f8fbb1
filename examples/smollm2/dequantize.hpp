// Turns the blocks of a GGUF tensor into fp32.
//
//   std::vector<float> values = smollm2::dequantize(file.tensor("blk.0.attn_q.weight"));
//
//   Q8_0, 34 bytes for 32 weights:   | fp16 d | q0 q1 ... q31 |            w[j] = d * q[j], q signed
//   Q4_1, 20 bytes for 32 weights:   | fp16 d | fp16 m | b0 ... b15 |      w[j] = d * low(b[j]) + m
//                                                                         w[j + 16] = d * high(b[j]) + m
#pragma once

#include "gguf.hpp"

#include "fovea/dtype/formats.hpp"

#include <cstdint>
#include <cstring>
#include <vector>

namespace smollm2 {

inline float half_at(const std::byte* p) {
    fovea::fp16 half;
    std::memcpy(&half, p, sizeof half);
    return half;
}

inline std::vector<float> dequantize(const gguf_tensor& tensor) {
    std::vector<float> values(static_cast<std::size_t>(tensor.elements()));
    const block_size block = block_of(tensor.format);
    const std::byte* source = tensor.data.data();
    if (tensor.format == tensor_format::f32) {
        std::memcpy(values.data(), source, tensor.data.size());
        return values;
    }
    for (std::size_t first = 0; first < values.size(); first += block.elements, source += block.bytes) {
        float* out = values.data() + first;
        const float d = half_at(source);
        if (tensor.format == tensor_format::q8_0) {
            for (int j = 0; j < 32; ++j) out[j] = d * static_cast<float>(std::to_integer<std::int8_t>(source[2 + j]));
        } else {
            const float m = half_at(source + 2);
            for (int j = 0; j < 16; ++j) {
                const auto pair = std::to_integer<std::uint32_t>(source[4 + j]);
                out[j] = d * static_cast<float>(pair & 15U) + m;
                out[j + 16] = d * static_cast<float>(pair >> 4U) + m;
            }
        }
    }
    return values;
}

} // namespace smollm2
