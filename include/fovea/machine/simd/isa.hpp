// What the CPU of this translation unit can do, read off the compiler's target macros.
//
//     constexpr fovea::cpu_isa here = fovea::native_isa;
//     // on Zen 5: {.lanes = 16, .registers = 32, .bf16_pairs = true, .awaiting_cache = 1}
#pragma once
#include "fovea/base/config.hpp"

#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
#error "fovea: -ffast-math takes NaN and infinity out of C++; add -fno-finite-math-only -fno-associative-math"
#endif
#if defined(__ASSOCIATIVE_MATH__) // clang does not define it
#error "fovea: -fassociative-math takes away the roundings that powers are made of; add -fno-associative-math"
#endif

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// lanes: floats in a vector register. bf16_pairs: the machine multiplies pairs of bf16 into fp32 (vdpbf16ps) faster
// than it multiplies floats. Intel's cores that have AVX512-FP16 do not: they start one such product in two cycles, and
// four multiply-adds of as many floats. bf16_tiles: such pairs by a matrix unit (AMX), where the system can lend it.
// second_cache: a core's, in KiB, where it is known to be large. awaiting_cache: the first or the second, which memory
// is asked into ahead of its use: the one that keeps up with the memory's rate. A Zen 5, told by AVX-VNNI, differs in
// that from a Zen 4.
struct [[gnu::visibility("default")]] cpu_isa {
    int lanes, registers;
    bool bf16_pairs;
    int second_cache = 512;
    bool bf16_tiles = false;
    int awaiting_cache = 2;
};

#if defined(__AVX512F__) && defined(__AVX512FP16__)
inline constexpr cpu_isa native_isa{16, 32, false, 2048, FOVEA_MATRIX_UNIT != 0};
#elif defined(__AVX512F__) && defined(__AVX512BF16__) && defined(__AVXVNNI__)
inline constexpr cpu_isa native_isa{.lanes = 16, .registers = 32, .bf16_pairs = true, .awaiting_cache = 1};
#elif defined(__AVX512F__) && defined(__AVX512BF16__)
inline constexpr cpu_isa native_isa{16, 32, true};
#elif defined(__AVX512F__)
inline constexpr cpu_isa native_isa{16, 32, false};
#elif defined(__AVX__)
inline constexpr cpu_isa native_isa{8, 16, false};
#elif defined(__ARM_NEON)
inline constexpr cpu_isa native_isa{4, 32, false};
#else
inline constexpr cpu_isa native_isa{4, 16, false};
#endif

// nvcc refuses vectors in functions for both sides, which all is that the engines share.
#if defined(__NVCC__)
inline constexpr bool compiles_vectors = false;
#else
inline constexpr bool compiles_vectors = true;
#endif

inline constexpr char const* isa_name =
#if FOVEA_MATRIX_UNIT
    "AVX-512 with BF16, FP16 and AMX";
#elif defined(__AVX512F__) && defined(__AVX512BF16__) && defined(__AVX512FP16__)
    "AVX-512 with BF16 and FP16";
#elif defined(__AVX512F__) && defined(__AVX512BF16__)
    "AVX-512 with BF16";
#elif defined(__AVX512F__)
    "AVX-512";
#elif defined(__AVX2__)
    "AVX2";
#elif defined(__AVX__)
    "AVX";
#elif defined(__ARM_NEON)
    "NEON";
#else
    "128-bit vectors";
#endif

} // namespace v0_1
} // namespace fovea
