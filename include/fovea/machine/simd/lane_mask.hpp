// Truth values of lanes: comparisons, and choices by them.
//
//     auto m = x < y && y <= 1.f;   auto z = fovea::select(m, x, y);   bool third = m[2];
//
// A value is all bits of a lane or none. Sixteen of them are bits of a mask register where g++ compiles for AVX-512: it
// turns the results of vector comparisons into vectors otherwise, and back for every choice.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/machine/simd/lanes.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
template <int N> inline constexpr bool in_mask_register = N == 16;
#else
template <int N> inline constexpr bool in_mask_register = false;
#endif

// One truth value a lane; no condition of an if.
template <int N> struct lane_mask {
    std::conditional_t<in_mask_register<N>, std::uint16_t, typename int_lanes<N>::native> held;
    FOVEA_HOST_DEVICE bool operator[](int i) const {
        if constexpr (in_mask_register<N>) return (held >> i & 1) != 0;
        else return held[i] != 0;
    }
    template <class Bool>
        requires std::is_same_v<Bool, bool>
    explicit operator Bool() const {
        static_assert(N == 0, "fovea: a functor that is a template cannot branch, as lanes and ranges disagree: use "
                              "fovea::select, && and ||, or parameters such as float and fovea::index");
        return {};
    }
};

// ---- comparisons ---------------------------------------------------------------------------------------------------
// As instructions number them, but for reals, where what is ordered and quiet is 16 further.
enum class lane_order : int { equal = 0, less = 1, less_equal = 2, not_equal = 4 };

#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
template <lane_order How> FOVEA_HOST_DEVICE lane_mask<16> compare_in_register(real_lanes<16> a, real_lanes<16> b) {
    constexpr int less = How == lane_order::less || How == lane_order::less_equal ? 16 : 0;
    return {static_cast<std::uint16_t>(
        __builtin_ia32_cmpps512_mask(a.v, b.v, static_cast<int>(How) + less, every_lane, 4))};
}
template <lane_order How> FOVEA_HOST_DEVICE lane_mask<16> compare_in_register(int_lanes<16> a, int_lanes<16> b) {
    return {static_cast<std::uint16_t>(__builtin_ia32_cmpd512_mask(a.v, b.v, static_cast<int>(How), every_lane))};
}
#endif
// Of a vector with all bits of a lane or none, as its comparisons give; its lanes may be wider.
template <int N, class T> FOVEA_HOST_DEVICE lane_mask<N> mask_of(T const& found) {
    const int_lanes<N> ints{__builtin_convertvector(found, typename int_lanes<N>::native)};
    if constexpr (in_mask_register<N>) return ints != splat<N>(std::int32_t{0});
    else return {ints.v};
}
// Of numbers that were loaded, which lie aligned as a register only.
template <int N> FOVEA_HOST_DEVICE lane_mask<N> mask_of(int_lanes<N> found) {
    const typename int_lanes<N>::native v = found.v;
    return mask_of<N>(v);
}
template <lane_order How, class T, int N> FOVEA_HOST_DEVICE lane_mask<N> compare(lanes<T, N> a, lanes<T, N> b) {
    if constexpr (in_mask_register<N> && (std::is_same_v<T, float> || std::is_same_v<T, std::int32_t>))
        return compare_in_register<How>(a, b);
    else if constexpr (How == lane_order::equal) return mask_of<N>(a.v == b.v);
    else if constexpr (How == lane_order::not_equal) return mask_of<N>(a.v != b.v);
    else if constexpr (How == lane_order::less) return mask_of<N>(a.v < b.v);
    else return mask_of<N>(a.v <= b.v);
}
// clang-format off
template <class T, int N> FOVEA_HOST_DEVICE lane_mask<N> operator<(lanes<T, N> a, lanes<T, N> b) { return compare<lane_order::less>(a, b); }
template <class T, int N> FOVEA_HOST_DEVICE lane_mask<N> operator<=(lanes<T, N> a, lanes<T, N> b) { return compare<lane_order::less_equal>(a, b); }
template <class T, int N> FOVEA_HOST_DEVICE lane_mask<N> operator>(lanes<T, N> a, lanes<T, N> b) { return b < a; }
template <class T, int N> FOVEA_HOST_DEVICE lane_mask<N> operator>=(lanes<T, N> a, lanes<T, N> b) { return b <= a; }
template <class T, int N> FOVEA_HOST_DEVICE lane_mask<N> operator==(lanes<T, N> a, lanes<T, N> b) { return compare<lane_order::equal>(a, b); }
template <class T, int N> FOVEA_HOST_DEVICE lane_mask<N> operator!=(lanes<T, N> a, lanes<T, N> b) { return compare<lane_order::not_equal>(a, b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator<(real_lanes<N> a, float b) { return a < splat<N>(b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator<=(real_lanes<N> a, float b) { return a <= splat<N>(b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator>(real_lanes<N> a, float b) { return a > splat<N>(b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator>=(real_lanes<N> a, float b) { return a >= splat<N>(b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator==(real_lanes<N> a, float b) { return a == splat<N>(b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator!=(real_lanes<N> a, float b) { return a != splat<N>(b); }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator<(float a, real_lanes<N> b) { return splat<N>(a) < b; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator<=(float a, real_lanes<N> b) { return splat<N>(a) <= b; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator>(float a, real_lanes<N> b) { return splat<N>(a) > b; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator>=(float a, real_lanes<N> b) { return splat<N>(a) >= b; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator==(float a, real_lanes<N> b) { return splat<N>(a) == b; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator!=(float a, real_lanes<N> b) { return splat<N>(a) != b; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator&&(lane_mask<N> a, lane_mask<N> b) { return {static_cast<decltype(a.held)>(a.held & b.held)}; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator||(lane_mask<N> a, lane_mask<N> b) { return {static_cast<decltype(a.held)>(a.held | b.held)}; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> operator!(lane_mask<N> a) { return {static_cast<decltype(a.held)>(~a.held)}; }
// clang-format on
template <int N> FOVEA_HOST_DEVICE lane_mask<N> as_mask(lane_mask<N> m) { return m; }
template <int N> FOVEA_HOST_DEVICE lane_mask<N> as_mask(bool b) {
    if constexpr (in_mask_register<N>) return {static_cast<std::uint16_t>(b ? every_lane.bits : 0)};
    else return {splat<N>(b ? -1 : 0).v};
}
// Of bits, from the lowest.
template <int N> FOVEA_HOST_DEVICE lane_mask<N> mask_of_bits(std::uint64_t bits) {
    if constexpr (in_mask_register<N>) return {static_cast<std::uint16_t>(bits)};
    else {
        static_assert(N <= 32);
        const int_lanes<N> own{splat<N>(std::int32_t{1}).v << iota<N>().v};
        return int_lanes<N>{splat<N>(static_cast<std::int32_t>(bits)).v & own.v} == own;
    }
}

// ---- choices -------------------------------------------------------------------------------------------------------
template <class T, int N>
    requires(sizeof(T) == 4)
FOVEA_HOST_DEVICE lanes<T, N> select(lane_mask<N> m, lanes<T, N> a, lanes<T, N> b) {
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
    if constexpr (in_mask_register<N>) {
        const auto first = reinterpret<float>(a), second = reinterpret<float>(b);
        return reinterpret<T>(
            real_lanes<N>{__builtin_ia32_blendmps_512_mask(second.v, first.v, sixteen_lanes{m.held})});
    } else
#endif
        return {m.held ? a.v : b.v};
}
// 0 and -1.
template <int N> FOVEA_HOST_DEVICE int_lanes<N> as_ints(lane_mask<N> m) {
    return select(m, splat<N>(std::int32_t{-1}), splat<N>(std::int32_t{0}));
}
template <int N> FOVEA_HOST_DEVICE wide_lanes<N> select(lane_mask<N> m, wide_lanes<N> a, wide_lanes<N> b) {
    const auto wide = __builtin_convertvector(as_ints(m).v, typename wide_lanes<N>::native);
    return {wide ? a.v : b.v};
}

// Whether any lane is set.
template <int N> FOVEA_HOST_DEVICE bool any(lane_mask<N> m) {
    if constexpr (in_mask_register<N>) return m.held != 0;
    else {
#if defined(__AVX__)
        if constexpr (N == 8) return __builtin_ia32_movmskps256(__builtin_bit_cast(real_lanes<8>::native, m.held)) != 0;
#endif
        if constexpr (N == 16) {
            int_lanes<8> halves[2];
            std::memcpy(halves, &m, sizeof m);
            return any(lane_mask<8>{halves[0].v | halves[1].v});
        } else {
            array_of<std::int64_t, N * 4 / 8> parts;
            std::memcpy(parts, &m, sizeof m);
            std::int64_t all = 0;
            for (std::int64_t part : parts) all |= part;
            return all != 0;
        }
    }
}

} // namespace v0_1
} // namespace fovea
