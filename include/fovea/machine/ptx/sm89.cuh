// The hardware of compute capability 8.9 and later: ptx_sm80_machine with products of fp8.
//
//     fovea::ptx_sm89_machine::multiply<fovea::fp8_e4m3>(sums, a, b);
#pragma once
#include "fovea/machine/ptx/sm80.cuh"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct ptx_sm89_machine : ptx_sm80_machine {
    using ptx_sm80_machine::multiply;

    // mma.sync: m16n8k32
    template <class T>
        requires(std::same_as<T, fp8_e4m3> || std::same_as<T, fp8_e5m2>)
    FOVEA_DEVICE static void multiply(matrix_sums& sums, matrix_words const& a, half_matrix_words const& b) {
        if constexpr (std::same_as<T, fp8_e4m3>)
            asm volatile(
                "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                "{%0, %1, %2, %3};"
                : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
                : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
        else
            asm volatile(
                "mma.sync.aligned.m16n8k32.row.col.f32.e5m2.e5m2.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                "{%0, %1, %2, %3};"
                : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
                : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    }
};

static_assert(sm89_machine<ptx_sm89_machine>);

} // namespace v0_1
} // namespace fovea
