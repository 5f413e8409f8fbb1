// Sums of parts of lanes, turned over: N vectors whose lanes are R rows of N / R parts become R vectors of N sums.
//
//     fovea::fold_parts<4>(x);      // the sum over the parts of row r in vector i is now lane i of x[r]
//
// The exchange of transpose.hpp at the distances 1, 2, 4, ...: over the distances within a row both halves are added,
// over the others both are kept.
//     x[i]    a0 a1 a2 a3          a0 + a1   a2 + a3   b0 + b1   b2 + b3        (distance 1 of two parts a row)
//     x[i+1]  b0 b1 b2 b3     ->
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/machine/simd/transpose.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <int R, int Distance = 1, int N> FOVEA_HOST_DEVICE void fold_parts(array_of<real_lanes<N>, N>& x) {
    static_assert(N % R == 0);
    constexpr std::make_integer_sequence<int, N> all{};
    constexpr int parts = N / R;
    FOVEA_UNROLL
    for (int i = 0; i < N; ++i) {
        // of the distances that were added, the first vector alone holds the sums
        if ((i & Distance) != 0 || (i & (least(Distance, parts) - 1)) != 0) continue;
        const auto even = exchanged<Distance, 0>(x[i], x[i + Distance], all),
                   odd = exchanged<Distance, 1>(x[i], x[i + Distance], all);
        if constexpr (Distance < parts) x[i] = even + odd;
        else {
            x[i] = even;
            x[i + Distance] = odd;
        }
    }
    if constexpr (2 * Distance < N) fold_parts<R, 2 * Distance>(x);
    else if constexpr (parts > 1 && R > 1) {
        FOVEA_UNROLL
        for (int r = 1; r < R; ++r) x[r] = x[r * parts];
    }
}

} // namespace v0_1
} // namespace fovea
