// The shapes the CPU engine works in, and their defaults.
//
//     constexpr cpu_shape s = default_shape(native_isa, operands_are_bf16);    // 6 x 64 accumulators on AVX-512
//
//     queries  | query_tile rows, in blocks of `rows`          one micro-tile: rows x (vectors * lanes) scores,
//     keys     | key_tile columns, in panels of width()        all in registers while the step works on it
#pragma once
#include "fovea/base/integers.hpp"
#include "fovea/machine/simd/isa.hpp"

namespace fovea {

// pairs: products of bf16 pairs (vdpbf16ps, or its meaning in plain lanes); otherwise every product is fp32.
struct cpu_shape {
    int lanes = 8, rows = 6, vectors = 2, query_tile = 96, key_tile = 256;
    bool pairs = false;

    constexpr int width() const { return lanes * vectors; }
    // 32-bit words that hold n numbers along a product's inner axis.
    constexpr index words(index n) const { return pairs ? ceil_div(n, index{2}) : n; }
};

// A micro-tile leaves room in the register file for one row of B and one broadcast: 6 x 4 of 32, 6 x 2 of 16.
// 96 x 256 tiles: weights and queries stay in L2 (cpu_engine measurements, Zen 3 and Zen 5).
constexpr cpu_shape default_shape(cpu_isa isa, bool operands_are_bf16) {
    return {.lanes = isa.lanes,
            .rows = 6,
            .vectors = isa.registers >= 32 ? 4 : 2,
            .query_tile = 96,
            .key_tile = 256,
            .pairs = isa.bf16_pairs && operands_are_bf16};
}

consteval bool can_work(cpu_shape s) {
    return s.query_tile % s.rows == 0 && s.key_tile % s.width() == 0 && s.vectors % 2 == 0 && s.key_tile % 2 == 0;
}

} // namespace fovea
