// An N x N block of 32-bit words turned over.
//
//     fovea::transpose<8>(from, from_stride, to, to_stride);        // to[j][i] = from[i][j]
//
// Blocks of 1, 2, 4, ... lanes are exchanged between rows at that distance:
//     row i    a0 a1 a2 a3     ->   a0 b0 a2 b2
//     row i+1  b0 b1 b2 b3     ->   a1 b1 a3 b3
#pragma once
#include <cstdint>
#include <utility>

#include "fovea/base/array.hpp"
#include "fovea/machine/simd/lanes.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// The lanes of block-pairs that stay (Upper 0) or come up (Upper 1).
template <int Block, int Upper, int N, int... I>
FOVEA_HOST_DEVICE int_lanes<N> exchanged(int_lanes<N> a, int_lanes<N> b, std::integer_sequence<int, I...>) {
#if defined(__CUDACC__) // nvcc cannot expand a pack in the arguments of a builtin
    int_lanes<N> x = {};
    ((x.v[I] = (I & Block) == 0 ? a.v[I + Upper * Block] : b.v[I - Block + Upper * Block]), ...);
    return x;
#else
    return {__builtin_shufflevector(a.v, b.v, (((I & Block) == 0 ? I : N + I - Block) + Upper * Block)...)};
#endif
}

template <int Block, int N> FOVEA_HOST_DEVICE void exchange_blocks(array_of<int_lanes<N>, N>& rows) {
    constexpr std::make_integer_sequence<int, N> all{};
    FOVEA_UNROLL
    for (int i = 0; i < N; ++i) {
        if ((i & Block) != 0) continue;
        const int_lanes<N> a = rows[i], b = rows[i + Block];
        rows[i] = exchanged<Block, 0>(a, b, all);
        rows[i + Block] = exchanged<Block, 1>(a, b, all);
    }
    if constexpr (2 * Block < N) exchange_blocks<2 * Block>(rows);
}

template <int N> void transpose(std::uint32_t const* from, index from_stride, std::uint32_t* to, index to_stride) {
    array_of<int_lanes<N>, N> rows;
    FOVEA_UNROLL
    for (int i = 0; i < N; ++i) rows[i] = load_from<std::int32_t, N>(from + i * from_stride);
    exchange_blocks<1>(rows);
    FOVEA_UNROLL
    for (int i = 0; i < N; ++i) store_into(to + i * to_stride, rows[i]);
}

} // namespace v0_1
} // namespace fovea
