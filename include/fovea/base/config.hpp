// The library's macros: all of them, and nothing else.
#pragma once

#if defined(__CUDACC__)
#define FOVEA_HOST_DEVICE __host__ __device__ __forceinline__
#if defined(__CUDA_ARCH__)
#define FOVEA_UNROLL _Pragma("unroll")
#else // the host's compiler does not know it
#define FOVEA_UNROLL
#endif
#elif defined(__clang__)
#define FOVEA_HOST_DEVICE [[gnu::always_inline]] inline
#define FOVEA_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define FOVEA_HOST_DEVICE [[gnu::always_inline]] inline
#define FOVEA_UNROLL _Pragma("GCC unroll 32")
#else
#define FOVEA_HOST_DEVICE inline
#define FOVEA_UNROLL
#endif

// What only a kernel calls: device code under nvcc, host code where the emulator runs it. The latter's loops stay
// loops: unrolling would only cost compile time.
#if defined(__CUDACC__)
#define FOVEA_DEVICE __device__ __forceinline__
#define FOVEA_UNROLL_DEVICE FOVEA_UNROLL
#else
#define FOVEA_DEVICE inline
#define FOVEA_UNROLL_DEVICE
#endif

// Whether bf16 is multiplied by the processor's matrix unit: a system must be able to lend it.
#if defined(__AMX_TILE__) && defined(__AMX_BF16__) && defined(__AVX512FP16__) && defined(__linux__) &&                 \
    !defined(__NVCC__)
#define FOVEA_MATRIX_UNIT 1
#else
#define FOVEA_MATRIX_UNIT 0
#endif

// A path taken so rarely that it must not disturb the registers of the loop around it.
#if defined(__GNUC__) && !defined(__CUDACC__)
#define FOVEA_COLD [[gnu::noinline, gnu::cold]]
#else
#define FOVEA_COLD
#endif
// The same for what a device runs too, where the state around it is in registers and cannot be given away.
#if defined(__CUDACC__)
#define FOVEA_SELDOM __host__ __device__ __forceinline__
#else
#define FOVEA_SELDOM FOVEA_COLD
#endif

#define FOVEA_VERSION "0.1.0"
