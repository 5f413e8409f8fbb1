// N numbers side by side: a thin name over the compiler's vector extensions, with the functions the engines need.
//
//     auto x = fovea::load<8>(pointer);   x = fma(x, x, fovea::splat<8>(1.f));   fovea::store(pointer, x);
//
// Nothing here is specific to attention. Instructions that vector extensions cannot say are in hooks.hpp.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "fovea/base/math.hpp"
#include "fovea/machine/simd/isa.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Vectors wider than a register are aligned as a register only: they live in memory or in several registers.
inline constexpr int register_bytes = native_isa.lanes * 4;

template <class T, int N> struct lanes {
    static constexpr int count = N;
    static constexpr int bytes = static_cast<int>(sizeof(T)) * N;
    typedef T native __attribute__((vector_size(sizeof(T) * N)));
    typedef T stored
        __attribute__((vector_size(sizeof(T) * N), aligned(bytes < register_bytes ? bytes : register_bytes)));
    // Anywhere in memory, whatever lies there: loads and stores go through this type, in one instruction.
    typedef T unaligned __attribute__((vector_size(sizeof(T) * N), aligned(alignof(T)), may_alias));
    stored v;
    FOVEA_HOST_DEVICE T operator[](int i) const { return v[i]; }
};

template <int N> using real_lanes = lanes<float, N>;
template <int N> using int_lanes = lanes<std::int32_t, N>;
template <int N> using wide_lanes = lanes<index, N>;

template <int N> inline constexpr bool is_real<real_lanes<N>> = true;

// ---- memory --------------------------------------------------------------------------------------------------------
template <int N, class T> FOVEA_HOST_DEVICE lanes<T, N> load(T const* p) {
    return {*reinterpret_cast<typename lanes<T, N>::unaligned const*>(p)};
}
template <class T, int N> FOVEA_HOST_DEVICE void store(T* p, lanes<T, N> x) {
    *reinterpret_cast<typename lanes<T, N>::unaligned*>(p) = x.v;
}
// N numbers of type T from words of another type.
template <class T, int N, class Word> FOVEA_HOST_DEVICE lanes<T, N> load_from(Word const* p) {
    static_assert(sizeof(Word) <= sizeof(T) && alignof(Word) == alignof(T));
    return {*reinterpret_cast<typename lanes<T, N>::unaligned const*>(p)};
}
template <class T, int N, class Word> FOVEA_HOST_DEVICE void store_into(Word* p, lanes<T, N> x) {
    static_assert(alignof(Word) == alignof(T));
    *reinterpret_cast<typename lanes<T, N>::unaligned*>(p) = x.v;
}

template <int N, class T> FOVEA_HOST_DEVICE lanes<T, N> splat(T x) {
    const typename lanes<T, N>::native zero = {};
    return {x - zero}; // not zero + x: 0 + x is no identity for -0, x - 0 is, and folds to a broadcast
}
template <int N> FOVEA_HOST_DEVICE int_lanes<N> iota() {
    int_lanes<N> x = {};
    for (int i = 0; i < N; ++i) x.v[i] = i;
    return x;
}

// ---- arithmetic ----------------------------------------------------------------------------------------------------
// clang-format off
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator+(lanes<T, N> a, lanes<T, N> b) { return {a.v + b.v}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator-(lanes<T, N> a, lanes<T, N> b) { return {a.v - b.v}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator*(lanes<T, N> a, lanes<T, N> b) { return {a.v * b.v}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator/(lanes<T, N> a, lanes<T, N> b) { return {a.v / b.v}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator+(lanes<T, N> a, std::type_identity_t<T> b) { return {a.v + b}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator-(lanes<T, N> a, std::type_identity_t<T> b) { return {a.v - b}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator*(lanes<T, N> a, std::type_identity_t<T> b) { return {a.v * b}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator/(lanes<T, N> a, std::type_identity_t<T> b) { return {a.v / b}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator+(std::type_identity_t<T> a, lanes<T, N> b) { return {a + b.v}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator-(std::type_identity_t<T> a, lanes<T, N> b) { return {a - b.v}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator*(std::type_identity_t<T> a, lanes<T, N> b) { return {a * b.v}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator/(std::type_identity_t<T> a, lanes<T, N> b) { return {a / b.v}; }
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> operator-(lanes<T, N> a) { return {-a.v}; }
// clang-format on
// 64-bit integers wrap around, which C++ leaves undefined but for unsigned ones.
template <int N> FOVEA_HOST_DEVICE lanes<std::uint64_t, N> unwrapped(wide_lanes<N> a) {
    return {__builtin_bit_cast(typename lanes<std::uint64_t, N>::native, a.v)};
}
template <int N> FOVEA_HOST_DEVICE lanes<std::uint64_t, N> unwrapped(index a) {
    return splat<N>(static_cast<std::uint64_t>(a));
}
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> wrapped(lanes<std::uint64_t, N> a) {
    return {__builtin_bit_cast(typename wide_lanes<N>::native, a.v)};
}
// clang-format off
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator+(wide_lanes<N> a, wide_lanes<N> b) { return wrapped(unwrapped<N>(a) + unwrapped<N>(b)); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator+(wide_lanes<N> a, index b) { return wrapped(unwrapped<N>(a) + unwrapped<N>(b)); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator+(index a, wide_lanes<N> b) { return wrapped(unwrapped<N>(a) + unwrapped<N>(b)); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator-(wide_lanes<N> a, wide_lanes<N> b) { return wrapped(unwrapped<N>(a) - unwrapped<N>(b)); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator-(wide_lanes<N> a, index b) { return wrapped(unwrapped<N>(a) - unwrapped<N>(b)); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator-(index a, wide_lanes<N> b) { return wrapped(unwrapped<N>(a) - unwrapped<N>(b)); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator*(wide_lanes<N> a, wide_lanes<N> b) { return wrapped(unwrapped<N>(a) * unwrapped<N>(b)); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator*(wide_lanes<N> a, index b) { return wrapped(unwrapped<N>(a) * unwrapped<N>(b)); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator*(index a, wide_lanes<N> b) { return wrapped(unwrapped<N>(a) * unwrapped<N>(b)); }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> operator-(wide_lanes<N> a) { return wrapped(-unwrapped<N>(a)); }
// clang-format on

// A mask register of 16 lanes, in the type that a compiler's builtin takes: they differ, nvcc's among themselves.
struct sixteen_lanes {
    unsigned short bits;
    FOVEA_HOST_DEVICE constexpr operator short() const { return static_cast<short>(bits); }
    FOVEA_HOST_DEVICE constexpr operator unsigned short() const { return bits; }
};
inline constexpr sixteen_lanes every_lane{0xffff};

// a * b + c, contracted to one instruction where the target has it. g++ is told: it leaves a product by itself that is
// used once more, be it where the program seldom comes.
template <int N> FOVEA_HOST_DEVICE real_lanes<N> fma(real_lanes<N> a, real_lanes<N> b, real_lanes<N> c) {
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
    if constexpr (N == 16) return {__builtin_ia32_vfmaddps512_mask(a.v, b.v, c.v, every_lane, 4)};
#endif
#if defined(__FMA__) && defined(__GNUC__) && !defined(__clang__)
    if constexpr (N == 8) return {__builtin_ia32_vfmaddps256(a.v, b.v, c.v)};
#endif
    return {a.v * b.v + c.v};
}
template <int N> FOVEA_HOST_DEVICE real_lanes<N> fma(real_lanes<N> a, float b, real_lanes<N> c) {
    return fma(a, splat<N>(b), c);
}
template <int N> FOVEA_HOST_DEVICE real_lanes<N> fma(real_lanes<N> a, float b, float c) {
    return fma(a, splat<N>(b), splat<N>(c));
}

// ---- smaller and larger --------------------------------------------------------------------------------------------
// b > a ? b : a, one instruction; a NaN in `a` wins, as in the scalar max. g++ 12 does not find the instruction when
// one side is a constant.
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> max(lanes<T, N> a, lanes<T, N> b) {
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
    if constexpr (std::is_same_v<T, float> && N == 16)
        return {__builtin_ia32_maxps512_mask(b.v, a.v, a.v, every_lane, 4)};
#endif
#if defined(__AVX__) && defined(__GNUC__) && !defined(__clang__)
    if constexpr (std::is_same_v<T, float> && N == 8) return {__builtin_ia32_maxps256(b.v, a.v)};
#endif
    return {b.v > a.v ? b.v : a.v};
}
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> min(lanes<T, N> a, lanes<T, N> b) {
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
    if constexpr (std::is_same_v<T, float> && N == 16)
        return {__builtin_ia32_minps512_mask(b.v, a.v, a.v, every_lane, 4)};
#endif
#if defined(__AVX__) && defined(__GNUC__) && !defined(__clang__)
    if constexpr (std::is_same_v<T, float> && N == 8) return {__builtin_ia32_minps256(b.v, a.v)};
#endif
    return {b.v < a.v ? b.v : a.v};
}
template <class T, int N> FOVEA_HOST_DEVICE lanes<T, N> abs(lanes<T, N> a) { return {a.v < 0 ? -a.v : a.v}; }
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> abs(wide_lanes<N> a) {
    return {a.v < 0 ? (-a).v : a.v}; // of the least number itself
}
template <int N> FOVEA_HOST_DEVICE real_lanes<N> abs(real_lanes<N> a) {
    using bits = typename int_lanes<N>::native;
    const bits x = __builtin_bit_cast(bits, a.v) & 0x7fffffff;
    return {__builtin_bit_cast(typename real_lanes<N>::native, x)};
}

// ---- conversions ---------------------------------------------------------------------------------------------------
template <class To, class From, int N> FOVEA_HOST_DEVICE lanes<To, N> convert(lanes<From, N> x) {
    return {__builtin_convertvector(x.v, typename lanes<To, N>::native)};
}
template <class To, class From, int N> FOVEA_HOST_DEVICE lanes<To, N> reinterpret(lanes<From, N> x) {
    static_assert(sizeof(To) == sizeof(From));
    return {__builtin_bit_cast(typename lanes<To, N>::native, x.v)};
}

// ---- folds over the lanes ------------------------------------------------------------------------------------------
template <class T, int N, class Op> FOVEA_HOST_DEVICE T fold(lanes<T, N> x, Op op) {
    if constexpr (N == 1) return x.v[0];
    else {
        lanes<T, N / 2> halves[2];
        std::memcpy(halves, &x, sizeof x);
        return fold(op(halves[0], halves[1]), op);
    }
}
template <class T, int N> FOVEA_HOST_DEVICE T sum_of(lanes<T, N> x) { return fold(x, take_sum{}); }
template <class T, int N> FOVEA_HOST_DEVICE T max_of(lanes<T, N> x) { return fold(x, take_max{}); }

} // namespace v0_1
} // namespace fovea
