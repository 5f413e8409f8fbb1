// Elements of the storage formats as floats and back, against the scalar conversions.
#include "support/any_width.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fovea/machine/simd/storage.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"

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

TEMPLATE_TEST_CASE_SIG("16-bit loads and stores keep every pattern and write nothing else", "[storage]", ((int N), N),
                       4, 8, 16) {
    CHECK(wrongly_moved<N, fovea::bf16>() == 0);
    CHECK(wrongly_moved<N, fovea::fp16>() == 0);
}

TEMPLATE_TEST_CASE_SIG("16-bit stores round as the scalar conversion does", "[storage]", ((int N), N), 4, 8, 16) {
    CHECK(wrongly_rounded<N, fovea::bf16>() == 0);
    CHECK(wrongly_rounded<N, fovea::fp16>() == 0);
}

TEMPLATE_TEST_CASE_SIG("fp32 loads and stores are plain copies", "[storage]", ((int N), N), 4, 8, 16) {
    const auto memory = tests::normals(N + 2, 9);
    std::vector<float> back(N + 2, 7.f);
    fovea::store_as(back.data() + 1, fovea::load_as_real<N>(memory.data() + 1));
    CHECK(std::equal(back.begin() + 1, back.end() - 1, memory.begin() + 1));
    CHECK(back.front() == 7.f);
    CHECK(back.back() == 7.f);
}

TEMPLATE_TEST_CASE_SIG("words are repeated along the lanes", "[storage]", ((int N), N), 4, 8, 16) {
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

TEMPLATE_TEST_CASE_SIG("halves of words are fp16", "[storage]", ((int N), N), 4, 8, 16) {
    tests::draws draw{14};
    int faults = 0;
    for (int round = 0; round < 1000; ++round) {
        fovea::fp16 memory[N];
        for (auto& x : memory) x = fovea::fp16{draw.normal()};
        const auto all = fovea::fp16_as_reals<N>(fovea::repeat_words<N / 2, N / 2>(memory));
        const auto repeated = fovea::fp16_as_reals<N>(fovea::repeat_words<N / 2, 1>(memory));
        for (int i = 0; i < N; ++i)
            faults += all[i] != static_cast<float>(memory[i]) || repeated[i] != static_cast<float>(memory[i % 2]);
    }
    CHECK(faults == 0);
}

TEMPLATE_TEST_CASE_SIG("pairs come apart, and two rows become pairs", "[storage]", ((int N), N), 4, 8, 16) {
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
