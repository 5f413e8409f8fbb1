// Loads, stores and products of the storage formats, against the scalar conversions.
#include "support/any_width.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fovea/machine/simd/hooks.hpp>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"

using fovea::int_lanes;
using fovea::real_lanes;

namespace {

bool same_bits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

// Every pattern of a 16-bit format through N-lane loads, and every result back through N-lane stores.
template <int N, class T> int wrongly_moved() {
    int faults = 0;
    for (std::uint32_t first = 0; first < 0x10000u; first += N) {
        T memory[N + 2], back[N + 2];
        for (int i = 0; i < N + 2; ++i) memory[i].bits = static_cast<std::uint16_t>(first + static_cast<unsigned>(i));
        for (T& x : back) x.bits = 0x1234;
        const auto x = fovea::load_as_real<N>(memory + 1); // unaligned on purpose
        fovea::store_as(back + 1, x);
        for (int i = 0; i < N; ++i) {
            const float value = memory[i + 1];
            faults += std::isnan(value) ? !std::isnan(x[i]) || !std::isnan(static_cast<float>(back[i + 1]))
                                        : !same_bits(x[i], value) || back[i + 1].bits != memory[i + 1].bits;
        }
        faults += back[0].bits != 0x1234 || back[N + 1].bits != 0x1234;
    }
    return faults;
}

// Random floats stored in lanes and one by one.
template <int N, class T> int wrongly_rounded() {
    tests::draws draw{8};
    int faults = 0;
    for (int round = 0; round < 20000; ++round) {
        real_lanes<N> x{};
        for (int i = 0; i < N; ++i) {
            x.v[i] = std::bit_cast<float>(static_cast<std::uint32_t>(draw.bits()));
            if (round % 2) x.v[i] = draw.uniform(-1, 1) * std::ldexp(1.f, static_cast<int>(draw.between(-30, 17)));
        }
        T stored[N];
        fovea::store_as(stored, x);
        for (int i = 0; i < N; ++i) {
            const T one{x[i]};
            faults += std::isnan(x[i]) ? !std::isnan(static_cast<float>(stored[i])) : stored[i].bits != one.bits;
        }
    }
    return faults;
}

} // namespace

TEMPLATE_TEST_CASE_SIG("16-bit loads and stores keep every pattern and write nothing else", "[hooks]", ((int N), N), 4,
                       8, 16) {
    CHECK(wrongly_moved<N, fovea::bf16>() == 0);
    CHECK(wrongly_moved<N, fovea::fp16>() == 0);
}

TEMPLATE_TEST_CASE_SIG("16-bit stores round as the scalar conversion does", "[hooks]", ((int N), N), 4, 8, 16) {
    CHECK(wrongly_rounded<N, fovea::bf16>() == 0);
    CHECK(wrongly_rounded<N, fovea::fp16>() == 0);
}

TEMPLATE_TEST_CASE_SIG("fp32 loads and stores are plain copies", "[hooks]", ((int N), N), 4, 8, 16) {
    const auto memory = tests::normals(N + 2, 9);
    std::vector<float> back(N + 2, 7.f);
    fovea::store_as(back.data() + 1, fovea::load_as_real<N>(memory.data() + 1));
    CHECK(std::equal(back.begin() + 1, back.end() - 1, memory.begin() + 1));
    CHECK(back.front() == 7.f);
    CHECK(back.back() == 7.f);
}

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

TEMPLATE_TEST_CASE_SIG("words are repeated along the lanes", "[hooks]", ((int N), N), 4, 8, 16) {
    const auto memory = tests::normals(N + 1, 13);
    const auto wrong = [&](auto const& x, int words) {
        int faults = 0;
        for (int i = 0; i < N; ++i) faults += x[i] != memory[static_cast<std::size_t>(1 + i % words)];
        return faults;
    };
    CHECK(wrong(fovea::repeat_words<N, 1>(memory.data() + 1), 1) == 0); // unaligned on purpose
    CHECK(wrong(fovea::repeat_words<N, 2>(memory.data() + 1), 2) == 0);
    CHECK(wrong(fovea::repeat_words<N, 4>(memory.data() + 1), 4) == 0);
    CHECK(wrong(fovea::repeat_words<N, N>(memory.data() + 1), N) == 0);
}

TEMPLATE_TEST_CASE_SIG("pairs come apart, and two rows become pairs", "[hooks]", ((int N), N), 4, 8, 16) {
    fovea::bf16 rows[2][2 * N];
    for (int i = 0; i < 2 * N; ++i) {
        rows[0][i] = fovea::bf16{static_cast<float>(1 + i)};
        rows[1][i] = fovea::bf16{static_cast<float>(-1 - i)};
    }
    const auto a = fovea::repeat_words<N, N>(rows[0]), b = fovea::repeat_words<N, N>(rows[1]);
    const auto [lower, upper] = fovea::halves_of(a);
    constexpr std::make_integer_sequence<int, 2 * N> all{};
    const auto fours = fovea::interleaved<fovea::words_lie::in_fours>(a, b, all);
    const auto ordered = fovea::interleaved<fovea::words_lie::in_order>(a, b, all);
    int faults = 0;
    for (int i = 0; i < N; ++i) {
        faults += lower[i] != static_cast<float>(rows[0][2 * i]) || upper[i] != static_cast<float>(rows[0][2 * i + 1]);
        for (const bool second : {false, true}) {
            const auto differs = [&](auto const& both, int element) {
                fovea::bf16 pair[2];
                const float word = (second ? both.second : both.first)[i];
                std::memcpy(pair, &word, sizeof pair);
                return pair[0].bits != rows[0][element].bits || pair[1].bits != rows[1][element].bits;
            };
            faults += differs(fours, i / 4 * 8 + 4 * second + i % 4) || differs(ordered, N * second + i);
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
