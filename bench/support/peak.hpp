// What a core can do at most, measured with fovea's own lanes: multiply-adds in registers, and a plain read.
//
//     const double flops = bench::fp32_burst(100000);      // times it yourself: flops / seconds is the peak
//     bench::read_all(buffer.data(), bytes);               // bytes / seconds
#pragma once
#include "fovea/machine/simd/matrix_tiles.hpp"
#include "support/memory.hpp"

namespace bench {

// Independent chains: latency 4 x 2 pipes needs 8, the register file allows a few more.
constexpr int peak_chains = fovea::native_isa.registers >= 32 ? 20 : 10;

template <class T> void keep(T const& value) { asm volatile("" : : "m"(value) : "memory"); }

// Returns the floating-point operations done: 2 a multiply-add.
inline double fp32_burst(index rounds) {
    constexpr int n = fovea::native_isa.lanes;
    fovea::real_lanes<n> acc[peak_chains], a = fovea::splat<n>(0.999f), b = fovea::splat<n>(1e-3f);
    keep(a); // from here on the compiler does not know the factors
    keep(b);
    FOVEA_UNROLL
    for (int i = 0; i < peak_chains; ++i) acc[i] = fovea::splat<n>(static_cast<float>(i));
    for (index r = 0; r < rounds; ++r) {
        FOVEA_UNROLL
        for (int i = 0; i < peak_chains; ++i) acc[i] = fovea::fma(acc[i], a, b);
    }
    keep(acc);
    return 2. * n * peak_chains * static_cast<double>(rounds);
}

#if defined(__AVX512BF16__)
constexpr bool has_bf16_products = true; // used where they are faster: native_isa.bf16_pairs
#else
constexpr bool has_bf16_products = false;
#endif

// The same for products of bf16 pairs, 4 operations each a lane; 0 where the machine has no such instruction.
inline double bf16_burst(index rounds) {
    if constexpr (has_bf16_products) {
        constexpr int n = fovea::native_isa.lanes;
        fovea::real_lanes<n> acc[peak_chains];
        fovea::int_lanes<n> a = fovea::splat<n>(0x3f803f80), b = fovea::splat<n>(0x3a803a80);
        keep(a);
        keep(b);
        FOVEA_UNROLL
        for (int i = 0; i < peak_chains; ++i) acc[i] = fovea::splat<n>(0.f);
        for (index r = 0; r < rounds; ++r) {
            FOVEA_UNROLL
            for (int i = 0; i < peak_chains; ++i) acc[i] = fovea::multiply_pairs(acc[i], a, b);
        }
        keep(acc);
        return 4. * n * peak_chains * static_cast<double>(rounds);
    }
    return 0 * static_cast<double>(rounds);
}

// The same on the matrix unit, factors from the first cache; 0 where there is none or the system keeps it.
inline double tiles_burst(index rounds) {
    if (!fovea::native_isa.bf16_tiles || !fovea::matrix_unit_refused().ok()) return 0;
    constexpr int n = fovea::tile_words;
    alignas(64) std::uint32_t a[2 * n] = {}, b[2 * n] = {};
    keep(a);
    keep(b);
    const fovea::matrix_unit unit;
    fovea::tile_sums<2, 2> sums;
    sums.clear();
    for (index r = 0; r < rounds; ++r) sums.multiply(a, n, b, n);
    return 2. * 32 * 32 * 32 * static_cast<double>(rounds);
}

// Of the products that bf16 runs in, where those are not of floats; else 0.
inline double own_bf16_burst(index rounds) {
    if (fovea::native_isa.bf16_tiles) return tiles_burst(rounds);
    return fovea::native_isa.bf16_pairs ? bf16_burst(rounds) : 0;
}

// Reads whole lines of [p, p + bytes), with software prefetch so many bytes ahead (0: none).
inline void read_all(void const* p, index bytes, index ahead = 0) {
    // Loads by value of a vector type: g++ 12 makes two halves of a memcpy of integers.
    typedef std::int32_t vector __attribute__((vector_size(4 * fovea::native_isa.lanes), aligned(4), may_alias));
    constexpr int streams = 8;
    constexpr index step = index{streams} * static_cast<index>(sizeof(vector));
    vector acc[streams] = {};
    for (index at = 0; at + step <= bytes; at += step) {
        const char* here = static_cast<char const*>(p) + at;
        if (ahead > 0)
            for (index line = 0; line < step; line += 64) __builtin_prefetch(here + ahead + line, 0, 2);
        const vector* words = reinterpret_cast<vector const*>(here);
        FOVEA_UNROLL
        for (int i = 0; i < streams; ++i) acc[i] = acc[i] + words[i];
    }
    FOVEA_UNROLL
    for (int i = 1; i < streams; ++i) acc[0] = acc[0] + acc[i];
    keep(acc[0]);
}

} // namespace bench
