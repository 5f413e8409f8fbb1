// The hardware as an sm80_machine: one function per instruction.
//
//     fovea::entry<my_kernel<fovea::ptx_sm80_machine>><<<blocks, threads, shared_bytes, stream>>>(params);
//
// Blocks are one-dimensional. What accesses memory that others write, or synchronises, is volatile asm and a barrier
// to the compiler's own accesses. A product is volatile, lest it sink into a branch that not every lane takes.
// Conversions, approximations and load() are neither: the compiler may move them and merge equal ones.
// Pointers are generic: outside the windows of shared, local and constant memory a generic address is the global one
// (PTX ISA, Generic Addressing). What CUDA spells by itself is not spelt again.
// Source: PTX ISA 9.0; a section bears the name of its instruction, which stands above each function.
#pragma once
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
#error "fovea: kernels are for compute capability 8.0 and later: give nvcc -arch=sm_80 or later, and no earlier one"
#endif
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "fovea/machine/ptx/access.cuh"
#include "fovea/machine/sm80_machine.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct ptx_sm80_machine {
    static constexpr word every_lane = 0xffffffffu;

    // ---- who asks: Special Registers ----

    FOVEA_DEVICE static word thread() { return threadIdx.x; }
    FOVEA_DEVICE static word lane() { return threadIdx.x % 32; }
    FOVEA_DEVICE static word warp() { return threadIdx.x / 32; }
    FOVEA_DEVICE static word block(int axis) { return axis == 0 ? blockIdx.x : axis == 1 ? blockIdx.y : blockIdx.z; }
    FOVEA_DEVICE static word blocks(int axis) { return axis == 0 ? gridDim.x : axis == 1 ? gridDim.y : gridDim.z; }

    // shfl.sync
    template <class T> FOVEA_DEVICE static T uniform(T x) { return __shfl_sync(every_lane, x, 0); }
    template <class T> FOVEA_DEVICE static T shuffle(T x, int lane) { return __shfl_sync(every_lane, x, lane); }
    template <class T> FOVEA_DEVICE static T shuffle_xor(T x, int mask) { return __shfl_xor_sync(every_lane, x, mask); }
    // vote.sync, bfind, popc
    FOVEA_DEVICE static word ballot(bool truth) { return __ballot_sync(every_lane, truth); }
    FOVEA_DEVICE static int first_bit(word x) { return __ffs(static_cast<int>(x)) - 1; }
    FOVEA_DEVICE static int count_bits(word x) { return __popc(x); }

    // No instruction. What is made of the result is worked out where it is asked, and the result itself not again.
    template <class T> FOVEA_DEVICE static T opaque(T x) {
        static_assert(sizeof(T) == 4 || sizeof(T) == 8);
        if constexpr (sizeof(T) == 4) asm volatile("" : "+r"(x));
        else asm volatile("" : "+l"(x));
        return x;
    }

    // bar.warp.sync, barrier.cta
    FOVEA_DEVICE static void sync_warp() { __syncwarp(); }
    FOVEA_DEVICE static void sync_block() { __syncthreads(); }
    template <int Barrier, int Threads>
        requires(Barrier >= 1 && Barrier <= 15 && Threads % 32 == 0)
    FOVEA_DEVICE static void sync_some() {
        asm volatile("barrier.cta.sync.aligned %0, %1;" ::"n"(Barrier), "n"(Threads) : "memory");
    }
    template <int Barrier, int Threads>
        requires(Barrier >= 1 && Barrier <= 15 && Threads % 32 == 0)
    FOVEA_DEVICE static void arrive_some() {
        asm volatile("barrier.cta.arrive.aligned %0, %1;" ::"n"(Barrier), "n"(Threads) : "memory");
    }

    // ---- memory ----

    // cvta. Dynamic shared memory starts the block's own, where no kernel has any other.
    FOVEA_DEVICE static word shared_base() {
        extern __shared__ __align__(1024) unsigned char fovea_shared_memory[];
        return static_cast<word>(__cvta_generic_to_shared(fovea_shared_memory));
    }
    template <class T> FOVEA_DEVICE static T load_shared(word at) {
        return __builtin_bit_cast(T, ptx_access<sizeof(T)>::load_shared(at));
    }
    template <class T> FOVEA_DEVICE static void store_shared(word at, T const& x) {
        ptx_access<sizeof(T)>::store_shared(at, __builtin_bit_cast(typename ptx_access<sizeof(T)>::bits, x));
    }
    template <class T> FOVEA_DEVICE static T load(T const* from) {
        return __builtin_bit_cast(T, ptx_access<sizeof(T)>::load(from));
    }
    template <class T> FOVEA_DEVICE static T load_fresh(T const* from) {
        return __builtin_bit_cast(T, ptx_access<sizeof(T)>::load_fresh(from));
    }
    template <class T> FOVEA_DEVICE static void store(T* to, std::type_identity_t<T> const& x) {
        ptx_access<sizeof(T)>::store(to, __builtin_bit_cast(typename ptx_access<sizeof(T)>::bits, x));
    }
    template <class T> FOVEA_DEVICE static T observe(T const* from) {
        return __builtin_bit_cast(T, ptx_access<sizeof(T)>::observe(from));
    }
    template <class T> FOVEA_DEVICE static void publish(T* to, std::type_identity_t<T> const& x) {
        ptx_access<sizeof(T)>::publish(to, __builtin_bit_cast(typename ptx_access<sizeof(T)>::bits, x));
    }
    // red, nanosleep
    template <class T> FOVEA_DEVICE static void add(T* to, std::type_identity_t<T> x) { atomicAdd(to, x); }
    FOVEA_DEVICE static void yield() { __nanosleep(32); }

    // ---- copies ----

    // cp.async. Bytes that are not read of the source are written as zeros.
    template <int Bytes, int Offset = 0>
        requires(Bytes == 4 || Bytes == 8 || Bytes == 16)
    FOVEA_DEVICE static void copy_async(word to, void const* from, bool exists = true) {
        const int read = exists ? Bytes : 0;
        if constexpr (Bytes == 16)
            asm volatile("cp.async.cg.shared.global [%0 + %1], [%2], 16, %3;" ::"r"(to), "n"(Offset), "l"(from),
                         "r"(read)
                         : "memory");
        else
            asm volatile("cp.async.ca.shared.global [%0 + %1], [%2], %3, %4;" ::"r"(to), "n"(Offset), "l"(from),
                         "n"(Bytes), "r"(read)
                         : "memory");
    }
    // cp.async.commit_group, cp.async.wait_group
    FOVEA_DEVICE static void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
    template <int Groups> FOVEA_DEVICE static void wait_copies() {
        asm volatile("cp.async.wait_group %0;" ::"n"(Groups) : "memory");
    }
    FOVEA_DEVICE static void discard_shared(word, word) {}

    // ---- matrices ----

    // ldmatrix
    FOVEA_DEVICE static void load_matrix_x4(matrix_words& a, word at) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(a[0]), "=r"(a[1]), "=r"(a[2]), "=r"(a[3])
                     : "r"(at)
                     : "memory");
    }
    FOVEA_DEVICE static void load_matrix_x4_transposed(matrix_words& a, word at) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(a[0]), "=r"(a[1]), "=r"(a[2]), "=r"(a[3])
                     : "r"(at)
                     : "memory");
    }
    FOVEA_DEVICE static void load_matrix_x2(half_matrix_words& b, word at) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];"
                     : "=r"(b[0]), "=r"(b[1])
                     : "r"(at)
                     : "memory");
    }
    FOVEA_DEVICE static void load_matrix_x2_transposed(half_matrix_words& b, word at) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                     : "=r"(b[0]), "=r"(b[1])
                     : "r"(at)
                     : "memory");
    }

    // mma.sync: m16n8k16 of 16-bit elements, m16n8k8 of tf32
    template <class T>
        requires(std::same_as<T, fp16> || std::same_as<T, bf16> || std::same_as<T, tf32>)
    FOVEA_DEVICE static void multiply(matrix_sums& sums, matrix_words const& a, half_matrix_words const& b) {
        if constexpr (std::same_as<T, fp16>)
            asm volatile(
                "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                "{%0, %1, %2, %3};"
                : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
                : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
        else if constexpr (std::same_as<T, bf16>)
            asm volatile(
                "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                "{%0, %1, %2, %3};"
                : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
                : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
        else
            asm volatile(
                "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                "{%0, %1, %2, %3};"
                : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
                : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    }
    // mma.sync: m16n8k32, wrapping
    template <std::same_as<std::int8_t> T>
    FOVEA_DEVICE static void multiply(matrix_counts& counts, matrix_words const& a, half_matrix_words const& b) {
        asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                     "{%0, %1, %2, %3};"
                     : "+r"(counts[0]), "+r"(counts[1]), "+r"(counts[2]), "+r"(counts[3])
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    }

    // ---- arithmetic: named instructions, so that --use_fast_math changes none ----

    // ex2.approx.ftz: within 2 ulp; subnormal arguments and results become 0 of the same sign
    FOVEA_DEVICE static float exp2(float x) {
        float y;
        asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
        return y;
    }
    // lg2.approx.ftz: absolute error at most 2^-22 for 0.5 < x < 2, relative 2^-22 elsewhere
    FOVEA_DEVICE static float log2(float x) {
        float y;
        asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
        return y;
    }
    // rcp.approx.ftz: within 1 ulp
    FOVEA_DEVICE static float reciprocal(float x) {
        float y;
        asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
        return y;
    }
    // tanh.approx: relative error at most 2^-10.987
    FOVEA_DEVICE static float tanh_approximate(float x) {
        float y;
        asm("tanh.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
        return y;
    }
    // cvt. The first source is the upper half.
    template <class T>
        requires(std::same_as<T, fp16> || std::same_as<T, bf16>)
    FOVEA_DEVICE static word pair(float low, float high) {
        word both;
        if constexpr (std::same_as<T, fp16>) asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
        else asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
        return both;
    }
    template <class T>
        requires(std::same_as<T, fp16> || std::same_as<T, bf16>)
    FOVEA_DEVICE static float low(word both) {
        if constexpr (std::same_as<T, bf16>) return __uint_as_float(both << 16);
        float x;
        asm("{ .reg .b16 l, h; mov.b32 {l, h}, %1; cvt.f32.f16 %0, l; }" : "=f"(x) : "r"(both));
        return x;
    }
    template <class T>
        requires(std::same_as<T, fp16> || std::same_as<T, bf16>)
    FOVEA_DEVICE static float high(word both) {
        if constexpr (std::same_as<T, bf16>) return __uint_as_float(both & 0xffff0000u);
        float x;
        asm("{ .reg .b16 l, h; mov.b32 {l, h}, %1; cvt.f32.f16 %0, h; }" : "=f"(x) : "r"(both));
        return x;
    }
    FOVEA_DEVICE static word rounded_tf32(float x) {
        word y;
        asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(y) : "f"(x));
        return y;
    }
};

static_assert(sm80_machine<ptx_sm80_machine>);

} // namespace v0_1
} // namespace fovea
