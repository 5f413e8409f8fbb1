// Products of the matrix unit (AMX), each with its meaning in plain lanes for targets without it.
//
//     if (status why = matrix_unit_refused(); !why.ok()) ...       the system may keep the unit from a process
//     matrix_unit unit;                                            this thread's registers, while it lives
//     tile_sums<2, 2> c;  c.clear();  c.multiply(a, a_row, b, b_column);  c.store(out, out_row);
//
// Eight registers, tiles of 16 rows of 16 words, each tile in one piece of memory. One product is of 32 factors a sum:
//
//     a    row i, word u      at  i * 16 + u     16 rows of 16 pairs of bf16; the rows of the next tile at a_row
//     b    word u, column j   at  u * 16 + j     16 pairs of 16 columns; the columns of the next tile at b_column
//     c    row i, column j    at  i * 16 + j     floats; the next 16 columns at tile_words, the next 16 rows at out_row
//
// Sums are rounded to nearest even and keep no denormals. Registers are volatile in the platform's calling convention.
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/machine/simd/isa.hpp"

#if FOVEA_MATRIX_UNIT
#include <cerrno>

#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "fovea/base/refusal.hpp"
#include "fovea/machine/simd/hooks.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

inline constexpr int tile_side = 16; // rows of a tile, words of one of its rows
inline constexpr int tile_words = tile_side * tile_side;

#if FOVEA_MATRIX_UNIT

// Linux lends the registers, which it keeps for each thread, to processes that ask; again and again is a system call.
inline status matrix_unit_refused() {
    constexpr long ask = 0x1023, registers = 18; // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    if (syscall(SYS_arch_prctl, ask, registers) == 0) return status();
    const index error = errno;
    return status{"cpu(): compiled for the matrix unit (AMX), which the system does not lend to this process: errno ",
                  error,
                  error == ENOSPC ? ", a thread's alternate signal stack is too small for its registers; make it "
                                    "getauxval(AT_MINSIGSTKSZ) bytes or more, or compile with -mno-amx-tile"
                                  : "; run it on Linux 5.16 or later on a processor with AMX, or compile with "
                                    "-mno-amx-tile"};
}

class matrix_unit {
public:
    matrix_unit() {
        struct {
            std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
            std::uint16_t row_bytes[16] = {};
            std::uint8_t rows[16] = {};
        } shape;
        for (int i = 0; i < 8; ++i) {
            shape.row_bytes[i] = tile_side * 4;
            shape.rows[i] = tile_side;
        }
        asm volatile("ldtilecfg %0" ::"m"(shape));
    }
    ~matrix_unit() { asm volatile("tilerelease"); }
    matrix_unit(matrix_unit const&) = delete;
    matrix_unit& operator=(matrix_unit const&) = delete;
};

// Rows x Columns tiles of sums in the first four registers; the factors take turns in the others.
template <int Rows, int Columns> class tile_sums {
    static_assert(Rows * Columns == 4 && Rows <= 2);

public:
    FOVEA_HOST_DEVICE void clear() { clear(all{}); }
    FOVEA_HOST_DEVICE void load(float const* c, index row) { load(c, row, all{}); }
    FOVEA_HOST_DEVICE void store(float* c, index row) const { store(c, row, all{}); }
    FOVEA_HOST_DEVICE void multiply(std::uint32_t const* a, index a_row, std::uint32_t const* b, index b_column) {
        multiply(a, a_row, b, b_column, all{});
    }

private:
    using all = std::make_integer_sequence<int, 4>;
    static constexpr int row_of(int i) { return i / Columns; }
    static constexpr int column_of(int i) { return i % Columns; }

    template <int R> FOVEA_HOST_DEVICE static void load_tile(void const* from) {
        asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(index{tile_side * 4}), "i"(R) : "memory");
    }
    template <int R> FOVEA_HOST_DEVICE static void store_tile(void* to) {
        asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(index{tile_side * 4}), "i"(R) : "memory");
    }
    template <int R> FOVEA_HOST_DEVICE static void clear_tile() { asm volatile("tilezero %%tmm%c0" ::"i"(R)); }
    template <int... I> FOVEA_HOST_DEVICE static void clear(std::integer_sequence<int, I...>) {
        (..., clear_tile<I>());
    }
    template <int... I>
    FOVEA_HOST_DEVICE static void load(float const* c, index row, std::integer_sequence<int, I...>) {
        (..., load_tile<I>(c + row_of(I) * row + column_of(I) * tile_words));
    }
    template <int... I>
    FOVEA_HOST_DEVICE static void store(float* c, index row, std::integer_sequence<int, I...>) {
        (..., store_tile<I>(c + row_of(I) * row + column_of(I) * tile_words));
    }
    template <int... I>
    FOVEA_HOST_DEVICE static void multiply(std::uint32_t const* a, index a_row, std::uint32_t const* b, index b_column,
                                           std::integer_sequence<int, I...>) {
        (..., multiply_one<I>(a + row_of(I) * a_row, b + column_of(I) * b_column));
    }
    template <int I> FOVEA_HOST_DEVICE static void multiply_one(std::uint32_t const* a, std::uint32_t const* b) {
        constexpr int left = 4 + row_of(I), right = 4 + Rows + column_of(I) % (4 - Rows);
        if constexpr (column_of(I) == 0) load_tile<left>(a);
        if constexpr (row_of(I) == 0) load_tile<right>(b);
        asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(I), "i"(left), "i"(right));
    }
};

#else

inline status matrix_unit_refused() { return status(); }

class matrix_unit {
public:
    matrix_unit() {}
    ~matrix_unit() {}
    matrix_unit(matrix_unit const&) = delete;
    matrix_unit& operator=(matrix_unit const&) = delete;
};

template <int Rows, int Columns> class tile_sums {
public:
    void clear() { std::memset(sums_, 0, sizeof sums_); }
    void load(float const* c, index row) {
        for (int i = 0; i < Rows; ++i) std::memcpy(sums_[i], c + i * row, sizeof sums_[i]);
    }
    void store(float* c, index row) const {
        for (int i = 0; i < Rows; ++i) std::memcpy(c + i * row, sums_[i], sizeof sums_[i]);
    }
    void multiply(std::uint32_t const* a, index a_row, std::uint32_t const* b, index b_column) {
        for (int i = 0; i < Rows; ++i)
            for (int j = 0; j < Columns; ++j) multiply_one(sums_[i][j], a + i * a_row, b + j * b_column);
    }

private:
    static void multiply_one(float* c, std::uint32_t const* a, std::uint32_t const* b) {
        constexpr int n = native_isa.lanes;
        for (int i = 0; i < tile_words; i += n) {
            auto sum = fovea::load<n>(c + i);
            for (int u = 0; u < tile_side; ++u)
                sum = multiply_pairs(sum, splat<n>(static_cast<std::int32_t>(a[i / tile_side * tile_side + u])),
                                     load_from<std::int32_t, n>(b + u * tile_side + i % tile_side));
            fovea::store(c + i, sum);
        }
    }

    array_of<array_of<float[tile_words], Columns>, Rows> sums_;
};

#endif

} // namespace v0_1
} // namespace fovea
