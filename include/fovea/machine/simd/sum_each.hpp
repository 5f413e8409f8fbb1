// N vectors of N lanes become one vector of their N sums.
//
//     real_lanes<8> sums = fovea::sum_each(vectors);        // sums[i] == sum_of(vectors[i])
//
// A tree of pairwise additions, within groups of four lanes first:  {a01 a23 b01 b23} -> {a b c d}
#pragma once
#include <utility>

#include "fovea/machine/simd/lanes.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Lanes taken in units of `unit` neighbours: even units of a then of b, plus odd units of a then of b, per `group`
// units.
template <int N, int Unit, int Group, int Odd, int... I>
FOVEA_HOST_DEVICE real_lanes<N> every_second(real_lanes<N> a, real_lanes<N> b, std::integer_sequence<int, I...>) {
    // position i: group g, place p within it; the first half of the places comes from a
    constexpr auto from = [](int i) {
        return (i / Unit / Group) * Group * Unit + ((i / Unit % Group) % (Group / 2) * 2 + Odd) * Unit + i % Unit +
               ((i / Unit % Group) < Group / 2 ? 0 : N);
    };
#if defined(__CUDACC__) // nvcc cannot expand a pack in the arguments of a builtin
    real_lanes<N> x = {};
    ((x.v[I] = from(I) < N ? a.v[from(I) % N] : b.v[from(I) % N]), ...);
    return x;
#else
    return {__builtin_shufflevector(a.v, b.v, from(I)...)};
#endif
}
template <int N, int Unit, int Group> FOVEA_HOST_DEVICE real_lanes<N> add_pairs(real_lanes<N> a, real_lanes<N> b) {
    constexpr std::make_integer_sequence<int, N> all{};
    return every_second<N, Unit, Group, 0>(a, b, all) + every_second<N, Unit, Group, 1>(a, b, all);
}

template <int N> FOVEA_HOST_DEVICE real_lanes<N> sum_each(real_lanes<N> const (&x)[N]) {
    static_assert(N == 4 || N == 8 || N == 16);
    real_lanes<N> by_four[N / 4];
    for (int i = 0; i < N / 4; ++i)
        by_four[i] = add_pairs<N, 1, 4>(add_pairs<N, 1, 4>(x[4 * i], x[4 * i + 1]),
                                        add_pairs<N, 1, 4>(x[4 * i + 2], x[4 * i + 3]));
    if constexpr (N == 4) return by_four[0];
    else if constexpr (N == 8) return add_pairs<N, 4, 2>(by_four[0], by_four[1]);
    else
        return add_pairs<N, 4, 4>(add_pairs<N, 4, 4>(by_four[0], by_four[1]),
                                  add_pairs<N, 4, 4>(by_four[2], by_four[3]));
}

} // namespace v0_1
} // namespace fovea
