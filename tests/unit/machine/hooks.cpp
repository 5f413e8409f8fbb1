// Products of pairs and powers of two, against the scalar arithmetic.
#include "support/any_width.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fovea/machine/simd/hooks.hpp>
#include <fovea/machine/simd/storage.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/draws.hpp"

using fovea::real_lanes;

TEMPLATE_TEST_CASE_SIG("pairs of bf16 multiply into fp32", "[hooks]", ((int N), N), 4, 8, 16) {
    tests::draws draw{10};
    int faults = 0;
    for (int round = 0; round < 2000; ++round) {
        real_lanes<N> lo[2]{}, hi[2]{}, acc{};
        for (int i = 0; i < N; ++i)
            for (int side = 0; side < 2; ++side) {
                lo[side].v[i] = draw.normal();
                hi[side].v[i] = draw.normal();
                acc.v[i] = draw.normal();
            }
        const auto a = pair_of(lo[0], hi[0]), b = pair_of(lo[1], hi[1]);
        const auto result = multiply_pairs(acc, a, b);
        const auto words = bf16_words(lo[0], hi[0]);
        fovea::bf16 in_order[2 * N];
        static_assert(sizeof in_order == sizeof words);
        std::memcpy(in_order, &words, sizeof words);
        for (int i = 0; i < N; ++i) {
            const float x = fovea::bf16{lo[0][i]}, y = fovea::bf16{lo[1][i]};
            const float u = fovea::bf16{hi[0][i]}, w = fovea::bf16{hi[1][i]};
            const double exact = double{acc[i]} + double{x} * y + double{u} * w;
            const double size = std::abs(acc[i]) + std::abs(x * y) + std::abs(u * w);
            faults += std::abs(result[i] - exact) > 2.4e-7 * size;
            faults +=
                in_order[i].bits != fovea::bf16{lo[0][i]}.bits || in_order[N + i].bits != fovea::bf16{hi[0][i]}.bits;
            faults += (static_cast<std::uint32_t>(a[i]) & 0xffffu) != fovea::bf16{lo[0][i]}.bits;
            faults += static_cast<std::uint32_t>(a[i]) >> 16 != fovea::bf16{hi[0][i]}.bits;
        }
    }
    CHECK(faults == 0);
}

TEMPLATE_TEST_CASE_SIG("scale_by_power multiplies by a power of two, and by 0 far below", "[hooks]", ((int N), N), 4, 8,
                       16) {
    for (int n = -125; n <= 127; ++n) {
        const float expected = std::ldexp(1.5f, n);
        CHECK(scale_by_power(fovea::splat<N>(1.5f), fovea::splat<N>(static_cast<float>(n)))[N - 1] == expected);
    }
    for (float n : {-126.f, -127.f, -150.f, -1e6f, -1e30f, -std::numeric_limits<float>::infinity()})
        CHECK(scale_by_power(fovea::splat<N>(1.f), fovea::splat<N>(n))[0] == 0.f);
}
