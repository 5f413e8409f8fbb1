// An N x N block of 32-bit words turned over.
//
//     fovea::transpose<8>(from, from_stride, to, to_stride);        // to[j][i] = from[i][j]
//
// The even and the odd units of two rows are gathered: of one word within every four, at the distances 1 and 2, then of
// four over the whole vector. Each is one instruction for floats (shufps, perm2f128, shuff32x4), not for integers.
//     row i    a0 a1 a2 a3     ->   a0 a2 b0 b2
//     row i+1  b0 b1 b2 b3     ->   a1 a3 b1 b3
#pragma once
#include <cstdint>
#include <utility>

#include "fovea/base/array.hpp"
#include "fovea/machine/simd/lanes.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct exchanged_words {
    int unit, group; // words of a unit, and of what units are gathered within
    constexpr bool from_second(int lane) const { return lane % group >= group / 2; }
    constexpr int source(int lane, int odd) const {
        return lane / group * group + (lane % (group / 2) / unit * 2 + odd) * unit + lane % unit;
    }
};
// Of rows at this distance, in vectors of N.
template <int Distance, int N>
inline constexpr exchanged_words exchange{Distance < 4 ? 1 : 4, Distance < 4 ? 4 : N};

// The even (Odd 0) or odd (Odd 1) units of a, then those of b.
template <int Distance, int Odd, int N, int... I>
FOVEA_HOST_DEVICE real_lanes<N> exchanged(real_lanes<N> a, real_lanes<N> b, std::integer_sequence<int, I...>) {
    constexpr exchanged_words words = exchange<Distance, N>;
#if defined(__CUDACC__) // nvcc cannot expand a pack in the arguments of a builtin
    real_lanes<N> x = {};
    ((x.v[I] = (words.from_second(I) ? b : a).v[words.source(I, Odd)]), ...);
    return x;
#else
    return {__builtin_shufflevector(a.v, b.v, ((words.from_second(I) ? N : 0) + words.source(I, Odd))...)};
#endif
}

template <int Distance, int N> FOVEA_HOST_DEVICE void exchange_rows(array_of<real_lanes<N>, N>& rows) {
    constexpr std::make_integer_sequence<int, N> all{};
    FOVEA_UNROLL
    for (int i = 0; i < N; ++i) {
        if ((i & Distance) != 0) continue;
        const real_lanes<N> a = rows[i], b = rows[i + Distance];
        rows[i] = exchanged<Distance, 0>(a, b, all);
        rows[i + Distance] = exchanged<Distance, 1>(a, b, all);
    }
    if constexpr (2 * Distance < N) exchange_rows<2 * Distance>(rows);
}

template <int N> void transpose(std::uint32_t const* from, index from_stride, std::uint32_t* to, index to_stride) {
    array_of<real_lanes<N>, N> rows;
    FOVEA_UNROLL
    for (int i = 0; i < N; ++i) rows[i] = load_from<float, N>(from + i * from_stride);
    exchange_rows<1>(rows);
    FOVEA_UNROLL
    for (int i = 0; i < N; ++i) store_into(to + i * to_stride, rows[i]);
}

} // namespace v0_1
} // namespace fovea
