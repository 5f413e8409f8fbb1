// Loads and stores of 4, 8 and 16 bytes in the shared memory of another block of the cluster.
//
//     float x = __builtin_bit_cast(float, ptx_peer_access<4>::load(address));
//
// Source: PTX ISA 9.0, sections ld, st (shared::cluster).
#pragma once
#include "fovea/machine/ptx/access.cuh"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <int Bytes> struct ptx_peer_access;

template <> struct ptx_peer_access<4> {
    FOVEA_DEVICE static word load(word at) {
        word v;
        asm volatile("ld.shared::cluster.b32 %0, [%1];" : "=r"(v) : "r"(at) : "memory");
        return v;
    }
    FOVEA_DEVICE static void store(word at, word v) {
        asm volatile("st.shared::cluster.b32 [%0], %1;" ::"r"(at), "r"(v) : "memory");
    }
};
template <> struct ptx_peer_access<8> {
    FOVEA_DEVICE static two_words load(word at) {
        two_words v;
        asm volatile("ld.shared::cluster.v2.b32 {%0, %1}, [%2];" : "=r"(v.x), "=r"(v.y) : "r"(at) : "memory");
        return v;
    }
    FOVEA_DEVICE static void store(word at, two_words v) {
        asm volatile("st.shared::cluster.v2.b32 [%0], {%1, %2};" ::"r"(at), "r"(v.x), "r"(v.y) : "memory");
    }
};
template <> struct ptx_peer_access<16> {
    FOVEA_DEVICE static four_words load(word at) {
        four_words v;
        asm volatile("ld.shared::cluster.v4.b32 {%0, %1, %2, %3}, [%4];"
                     : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
                     : "r"(at)
                     : "memory");
        return v;
    }
    FOVEA_DEVICE static void store(word at, four_words v) {
        asm volatile("st.shared::cluster.v4.b32 [%0], {%1, %2, %3, %4};" ::"r"(at), "r"(v.x), "r"(v.y), "r"(v.z),
                     "r"(v.w)
                     : "memory");
    }
};

} // namespace v0_1
} // namespace fovea
