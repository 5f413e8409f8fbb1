// One load or store of 2, 4, 8 or 16 bytes, for every way in which a kernel reaches memory.
//
//     word x = fovea::ptx_access<4>::load(from);
//
//     load_shared, store_shared   ld.shared, st.shared
//     load                        ld.global.nc: read-only while the kernel runs, hence neither volatile nor ordered, so
//                                 that it leaves loops and equal ones become one (tools/check_ptx.py holds it to
//                                 that; CUDA's __ldg is volatile and stays in its loop)
//     load_fresh                  ld.global.cg: from the second-level cache, which all blocks share
//     store                       st.global
//     observe, publish            ld.acquire.gpu, st.release.gpu (4 and 8 bytes)
//
// Source: PTX ISA 9.0, sections ld, ld.global.nc, st. Each is aligned to its own size.
#pragma once
#include <cstdint>

#include "fovea/base/integers.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct two_words {
    word x, y;
};
struct four_words {
    word x, y, z, w;
};

template <int Bytes> struct ptx_access;

template <> struct ptx_access<2> {
    using bits = std::uint16_t;
    FOVEA_DEVICE static bits load_shared(word at) {
        bits v;
        asm volatile("ld.shared.b16 %0, [%1];" : "=h"(v) : "r"(at) : "memory");
        return v;
    }
    FOVEA_DEVICE static void store_shared(word at, bits v) {
        asm volatile("st.shared.b16 [%0], %1;" ::"r"(at), "h"(v) : "memory");
    }
    FOVEA_DEVICE static bits load(void const* from) {
        bits v;
        asm("ld.global.nc.b16 %0, [%1];" : "=h"(v) : "l"(from));
        return v;
    }
    FOVEA_DEVICE static bits load_fresh(void const* from) {
        bits v;
        asm volatile("ld.global.cg.b16 %0, [%1];" : "=h"(v) : "l"(from) : "memory");
        return v;
    }
    FOVEA_DEVICE static void store(void* to, bits v) {
        asm volatile("st.global.b16 [%0], %1;" ::"l"(to), "h"(v) : "memory");
    }
};

template <> struct ptx_access<4> {
    using bits = word;
    FOVEA_DEVICE static bits load_shared(word at) {
        bits v;
        asm volatile("ld.shared.b32 %0, [%1];" : "=r"(v) : "r"(at) : "memory");
        return v;
    }
    FOVEA_DEVICE static void store_shared(word at, bits v) {
        asm volatile("st.shared.b32 [%0], %1;" ::"r"(at), "r"(v) : "memory");
    }
    FOVEA_DEVICE static bits load(void const* from) {
        bits v;
        asm("ld.global.nc.b32 %0, [%1];" : "=r"(v) : "l"(from));
        return v;
    }
    FOVEA_DEVICE static bits load_fresh(void const* from) {
        bits v;
        asm volatile("ld.global.cg.b32 %0, [%1];" : "=r"(v) : "l"(from) : "memory");
        return v;
    }
    FOVEA_DEVICE static void store(void* to, bits v) {
        asm volatile("st.global.b32 [%0], %1;" ::"l"(to), "r"(v) : "memory");
    }
    FOVEA_DEVICE static bits observe(void const* from) {
        bits v;
        asm volatile("ld.acquire.gpu.global.b32 %0, [%1];" : "=r"(v) : "l"(from) : "memory");
        return v;
    }
    FOVEA_DEVICE static void publish(void* to, bits v) {
        asm volatile("st.release.gpu.global.b32 [%0], %1;" ::"l"(to), "r"(v) : "memory");
    }
};

template <> struct ptx_access<8> {
    using bits = two_words;
    FOVEA_DEVICE static bits load_shared(word at) {
        bits v;
        asm volatile("ld.shared.v2.b32 {%0, %1}, [%2];" : "=r"(v.x), "=r"(v.y) : "r"(at) : "memory");
        return v;
    }
    FOVEA_DEVICE static void store_shared(word at, bits v) {
        asm volatile("st.shared.v2.b32 [%0], {%1, %2};" ::"r"(at), "r"(v.x), "r"(v.y) : "memory");
    }
    FOVEA_DEVICE static bits load(void const* from) {
        bits v;
        asm("ld.global.nc.v2.b32 {%0, %1}, [%2];" : "=r"(v.x), "=r"(v.y) : "l"(from));
        return v;
    }
    FOVEA_DEVICE static bits load_fresh(void const* from) {
        bits v;
        asm volatile("ld.global.cg.v2.b32 {%0, %1}, [%2];" : "=r"(v.x), "=r"(v.y) : "l"(from) : "memory");
        return v;
    }
    FOVEA_DEVICE static void store(void* to, bits v) {
        asm volatile("st.global.v2.b32 [%0], {%1, %2};" ::"l"(to), "r"(v.x), "r"(v.y) : "memory");
    }
    // As one scalar: a vector's elements are separate accesses to the memory model (PTX ISA, Vector Data-types).
    FOVEA_DEVICE static bits observe(void const* from) {
        std::uint64_t v;
        asm volatile("ld.acquire.gpu.global.b64 %0, [%1];" : "=l"(v) : "l"(from) : "memory");
        return __builtin_bit_cast(bits, v);
    }
    FOVEA_DEVICE static void publish(void* to, bits v) {
        asm volatile("st.release.gpu.global.b64 [%0], %1;" ::"l"(to), "l"(__builtin_bit_cast(std::uint64_t, v))
                     : "memory");
    }
};

template <> struct ptx_access<16> {
    using bits = four_words;
    FOVEA_DEVICE static bits load_shared(word at) {
        bits v;
        asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
                     : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
                     : "r"(at)
                     : "memory");
        return v;
    }
    FOVEA_DEVICE static void store_shared(word at, bits v) {
        asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" ::"r"(at), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w)
                     : "memory");
    }
    FOVEA_DEVICE static bits load(void const* from) {
        bits v;
        asm("ld.global.nc.v4.b32 {%0, %1, %2, %3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(from));
        return v;
    }
    FOVEA_DEVICE static bits load_fresh(void const* from) {
        bits v;
        asm volatile("ld.global.cg.v4.b32 {%0, %1, %2, %3}, [%4];"
                     : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
                     : "l"(from)
                     : "memory");
        return v;
    }
    FOVEA_DEVICE static void store(void* to, bits v) {
        asm volatile("st.global.v4.b32 [%0], {%1, %2, %3, %4};" ::"l"(to), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w)
                     : "memory");
    }
};

} // namespace v0_1
} // namespace fovea
