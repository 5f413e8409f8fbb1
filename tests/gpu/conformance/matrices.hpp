// Matrices in registers: the cases of matrix_machine, and of sm89_machine's products of fp8.
#pragma once
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "fovea/dtype/formats.hpp"
#include "fovea/machine/matrix_formats.hpp"
#include "gpu/conformance/instruction.hpp"

namespace tests {

// Four tiles of 8 rows of 16 bytes, scattered over 512 bytes: row r of tile i lies at place 5 (8 i + r) % 32.
template <class Machine> struct matrix_loads {
    static constexpr char const* name = "load_matrix: x4, x2, transposed";
    static constexpr int threads = 32, blocks = 1;
    static constexpr word shared_bytes = 512;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), base = Machine::shared_base();
        for (word i = 0; i < 4; ++i) Machine::store_shared(base + (t * 4 + i) * 4, Machine::load(p.in + t * 4 + i));
        Machine::sync_warp();
        const word row = base + t * 5 % 32 * 16;
        word four[4], four_transposed[4], two[2], two_transposed[2];
        Machine::load_matrix_x4(four, row);
        Machine::load_matrix_x4_transposed(four_transposed, row);
        Machine::load_matrix_x2(two, row);
        Machine::load_matrix_x2_transposed(two_transposed, row);
        for (int i = 0; i < 4; ++i) {
            Machine::store(p.out + t * 12 + i, four[i]);
            Machine::store(p.out + t * 12 + 4 + i, four_transposed[i]);
        }
        for (int i = 0; i < 2; ++i) {
            Machine::store(p.out + t * 12 + 8 + i, two[i]);
            Machine::store(p.out + t * 12 + 10 + i, two_transposed[i]);
        }
    }
    static words in() { return drawn(128, 6); }
    static words out(words const& in) {
        const auto element = [&](word tile, word row, word column) {
            const word half = (tile * 8 + row) * 5 % 32 * 8 + column;
            return in[half / 2] >> half % 2 * 16 & 0xffffu;
        };
        words all;
        for (word t = 0; t < 32; ++t) {
            const auto push = [&](word tile, bool transposed) {
                const word i = t / 4, j = t % 4 * 2;
                all.push_back(transposed ? element(tile, j, i) | element(tile, j + 1, i) << 16
                                         : element(tile, i, j) | element(tile, i, j + 1) << 16);
            };
            for (bool transposed : {false, true})
                for (word tile = 0; tile < 4; ++tile) push(tile, transposed);
            for (bool transposed : {false, true})
                for (word tile = 0; tile < 2; ++tile) push(tile, transposed);
        }
        return all;
    }
};

// The bits of a small whole number in format T, and the largest one to draw.
template <class T> struct small_numbers;
template <> struct small_numbers<fovea::fp16> {
    static constexpr char const* name = "multiply<fp16>";
    static constexpr int in_a_word = 2, most = 8;
    static word bits(int x) { return fovea::fp16{static_cast<float>(x)}.bits; }
};
template <> struct small_numbers<fovea::bf16> {
    static constexpr char const* name = "multiply<bf16>";
    static constexpr int in_a_word = 2, most = 8;
    static word bits(int x) { return fovea::bf16{static_cast<float>(x)}.bits; }
};
template <> struct small_numbers<fovea::tf32> { // its low 13 bits must not matter
    static constexpr char const* name = "multiply<tf32>";
    static constexpr int in_a_word = 1, most = 100;
    static word bits(int x) { return x == 0 ? 0 : as_word(static_cast<float>(x)) | (static_cast<word>(x) & 0x1fffu); }
};
template <> struct small_numbers<std::int8_t> {
    static constexpr char const* name = "multiply<int8>";
    static constexpr int in_a_word = 4, most = 127;
    static word bits(int x) { return static_cast<word>(x) & 0xffu; }
};
template <> struct small_numbers<fovea::fp8_e4m3> {
    static constexpr char const* name = "multiply<fp8_e4m3>";
    static constexpr int in_a_word = 4, most = 4;
    static word bits(int x) {
        constexpr word positive[] = {0, 0x38, 0x40, 0x44, 0x48};
        return x < 0 ? positive[-x] | 0x80u : positive[x];
    }
};
template <> struct small_numbers<fovea::fp8_e5m2> {
    static constexpr char const* name = "multiply<fp8_e5m2>";
    static constexpr int in_a_word = 4, most = 4;
    static word bits(int x) {
        constexpr word positive[] = {0, 0x3c, 0x40, 0x42, 0x44};
        return x < 0 ? positive[-x] | 0x80u : positive[x];
    }
};

// sums += a b, twice. Of lane l, g = l / 4, t = l % 4, with n elements in a word, e among them, K = 8 n:
//     a[r]  row g + 8 (r % 2), column n t + e + 4 n (r / 2)        b[r]  row n t + e + 4 n r, column g
//     sums  rows g, g, g + 8, g + 8, columns 2 t, 2 t + 1, 2 t, 2 t + 1
template <class Machine, class T> struct products {
    using number = small_numbers<T>;
    static constexpr char const* name = number::name;
    static constexpr int threads = 32, blocks = 1, n = number::in_a_word, depth = 8 * n;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{};
    using params = buffers;
    using sum = std::conditional_t<std::same_as<T, std::int8_t>, std::int32_t, float>;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread();
        word a[4], b[2];
        sum sums[4];
        for (int i = 0; i < 4; ++i) {
            a[i] = Machine::load(p.in + t * 10 + i);
            sums[i] = Machine::load(reinterpret_cast<sum const*>(p.in) + t * 10 + 6 + i);
        }
        for (int i = 0; i < 2; ++i) b[i] = Machine::load(p.in + t * 10 + 4 + i);
        Machine::template multiply<T>(sums, a, b);
        Machine::template multiply<T>(sums, a, b);
        for (int i = 0; i < 4; ++i) Machine::store(reinterpret_cast<sum*>(p.out) + t * 4 + i, sums[i]);
    }

    struct matrices {
        int a[16][depth], b[depth][8], c[16][8];
    };
    static matrices drawn_matrices() {
        matrices all;
        draws draw{depth};
        const auto fill = [&](auto& rows, int most) {
            for (auto& row : rows)
                for (int& x : row) x = static_cast<int>(draw.between(-most, most));
        };
        fill(all.a, number::most);
        fill(all.b, number::most);
        fill(all.c, 1000);
        return all;
    }
    static word sum_bits(int x) {
        if constexpr (std::same_as<sum, float>) return as_word(static_cast<float>(x));
        else return static_cast<word>(x);
    }
    static words in() {
        const matrices all = drawn_matrices();
        words packed;
        for (int l = 0; l < 32; ++l) {
            const int g = l / 4, t = l % 4;
            const auto pack = [&](auto const& element) {
                word w = 0;
                for (int e = 0; e < n; ++e) w |= number::bits(element(e)) << (32 / n * e);
                packed.push_back(w);
            };
            for (int r = 0; r < 4; ++r)
                pack([&](int e) { return all.a[g + 8 * (r % 2)][n * t + e + 4 * n * (r / 2)]; });
            for (int r = 0; r < 2; ++r) pack([&](int e) { return all.b[n * t + e + 4 * n * r][g]; });
            for (int i = 0; i < 4; ++i) packed.push_back(sum_bits(all.c[g + 8 * (i / 2)][2 * t + i % 2]));
        }
        return packed;
    }
    static words out(words const&) {
        const matrices all = drawn_matrices();
        words sums;
        for (int l = 0; l < 32; ++l)
            for (int i = 0; i < 4; ++i) {
                const int row = l / 4 + 8 * (i / 2), column = 2 * (l % 4) + i % 2;
                int x = all.c[row][column];
                for (int k = 0; k < depth; ++k) x += 2 * all.a[row][k] * all.b[k][column];
                sums.push_back(sum_bits(x));
            }
        return sums;
    }
};

} // namespace tests
