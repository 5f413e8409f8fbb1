// Approximations within their stated bounds, and exact conversions: the cases of arithmetic_machine.
#pragma once
#include <cmath>
#include <concepts>
#include <limits>

#include "fovea/dtype/formats.hpp"
#include "gpu/conformance/instruction.hpp"

namespace tests {

inline constexpr double smallest_normal = 0x1p-126;

// What the special function unit does with arguments and results below the normal range.
inline double flushed(double x) { return std::abs(x) < smallest_normal ? std::copysign(0.0, x) : x; }

// The edges of the float range, and 192 floats between low and high.
inline words around(float low, float high, std::uint64_t seed) {
    constexpr float inf = std::numeric_limits<float>::infinity();
    words all;
    for (float x : {0.0f, -0.0f, 1.0f, -1.0f, inf, -inf, std::numeric_limits<float>::quiet_NaN(), 0x1p-126f, -0x1p-126f,
                    0x1p-140f, 0x1p126f, 0x1p-149f, 1.5f, 2.0f, 0.5f, 3.0f})
        all.push_back(as_word(x));
    draws draw{seed};
    while (all.size() < 208) all.push_back(as_word(draw.uniform(low, high)));
    for (int e = -20; all.size() < 224; e += 3) all.push_back(as_word(std::ldexp(draw.uniform(1, 2), e)));
    return all;
}

// One function of a float; Function has name, apply<Machine>(x), exact(x) in double, the range, and the bounds.
template <class Machine, class Function> struct approximations {
    static constexpr char const* name = Function::name;
    static constexpr int threads = 224, blocks = 1;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{.relative = Function::relative, .absolute = Function::absolute};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread();
        const float x = Machine::load(reinterpret_cast<float const*>(p.in) + t);
        Machine::store(reinterpret_cast<float*>(p.out) + t, Function::template apply<Machine>(x));
    }
    static words in() { return around(Function::low, Function::high, 7); }
    static words out(words const& in) {
        words all;
        for (word w : in) all.push_back(as_word(static_cast<float>(Function::exact(static_cast<double>(as_float(w))))));
        return all;
    }
};

// Source of each bound: PTX ISA 9.0, section of the instruction; the half unit of the expected value's own rounding
// (2^-24) on top.
struct exp2_function {
    static constexpr char const* name = "exp2";
    static constexpr float low = -130, high = 130;
    static constexpr double relative = 0x1p-22 + 0x1p-24, absolute = smallest_normal; // 2 ulp
    template <class Machine> FOVEA_DEVICE static float apply(float x) { return Machine::exp2(x); }
    static double exact(double x) { return flushed(std::exp2(flushed(x))); }
};
struct log2_function {
    static constexpr char const* name = "log2";
    static constexpr float low = 0, high = 4;
    static constexpr double relative = 0x1p-22 + 0x1p-24, absolute = 0x1p-22;
    template <class Machine> FOVEA_DEVICE static float apply(float x) { return Machine::log2(x); }
    static double exact(double x) { return std::log2(flushed(x)); }
};
struct reciprocal_function {
    static constexpr char const* name = "reciprocal";
    static constexpr float low = -1000, high = 1000;
    static constexpr double relative = 0x1p-23 + 0x1p-24, absolute = smallest_normal; // 1 ulp
    template <class Machine> FOVEA_DEVICE static float apply(float x) { return Machine::reciprocal(x); }
    static double exact(double x) { return flushed(1 / flushed(x)); }
};
struct tanh_function {
    static constexpr char const* name = "tanh_approximate";
    static constexpr float low = -6, high = 6;
    static constexpr double relative = 0x1.02p-11 + 0x1p-24, absolute = smallest_normal; // 2^-10.987
    template <class Machine> FOVEA_DEVICE static float apply(float x) { return Machine::tanh_approximate(x); }
    static double exact(double x) { return std::tanh(x); }
};

// x to nearest, ties to even, in a format of so many exponent and stored significand bits, as bits.
inline word rounded_bits(double x, int exponent_bits, int stored_bits) {
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const word sign = std::signbit(x) ? word{1} << (exponent_bits + stored_bits) : 0;
    const double magnitude = std::abs(x);
    const word infinity = ((word{1} << exponent_bits) - 1) << stored_bits;
    if (magnitude == 0 || std::isinf(x)) return sign | (magnitude == 0 ? 0 : infinity);
    int exponent = 0;
    std::frexp(magnitude, &exponent);
    const int lowest = exponent - 1 < 1 - bias ? 1 - bias : exponent - 1;
    // counted from the smallest subnormal, numbers of a format and their bits rise alike
    const double units = std::nearbyint(std::ldexp(magnitude, stored_bits - lowest));
    const word bits = static_cast<word>(units) + (static_cast<word>(lowest + bias - 1) << stored_bits);
    return sign | (bits > infinity ? infinity : bits);
}

template <class Machine, class T> struct pairs {
    static constexpr char const* name = std::same_as<T, fovea::fp16> ? "pair<fp16>" : "pair<bf16>";
    static constexpr int threads = 256, blocks = 1;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread();
        float const* from = reinterpret_cast<float const*>(p.in);
        Machine::store(p.out + t, Machine::template pair<T>(Machine::load(from + t), Machine::load(from + t + 1)));
        // which NaN a NaN becomes is the model's own affair, but it must be one
        const float nan = Machine::load(from + 257);
        const word quiet = Machine::template pair<T>(nan, 1.0f) & 0x7fffu;
        Machine::store(p.out + 256 + t, static_cast<word>(quiet > (std::same_as<T, fovea::fp16> ? 0x7c00u : 0x7f80u)));
    }
    static words in() {
        words all;
        for (float x : {0.0f,
                        -0.0f,
                        65504.0f,
                        65519.99f,
                        65520.0f,
                        -65536.0f,
                        0x1p-24f,
                        0x1p-25f,
                        0x1.8p-25f,
                        0x1p-14f,
                        0x1.ffcp-15f,
                        0x1.ffep-15f,
                        0x1.004p0f,
                        0x1.002p0f,
                        0x1.006p0f,
                        0x1.01p0f,
                        0x1.02p0f,
                        0x1.03p0f,
                        0x1.fep127f,
                        0x1.ffp127f,
                        0x1.fffffep127f,
                        0x1p-133f,
                        0x1p-134f,
                        0x1.8p-134f,
                        0x1p-126f,
                        std::numeric_limits<float>::infinity(),
                        -std::numeric_limits<float>::infinity()})
            all.push_back(as_word(x));
        draws draw{8};
        while (all.size() < 257)
            all.push_back(as_word(std::ldexp(draw.uniform(-2, 2), static_cast<int>(draw.between(-28, 18)))));
        all.push_back(0x7fc12345u);
        return all;
    }
    static words out(words const& in) {
        const auto half = [](word w) {
            const double x = static_cast<double>(as_float(w));
            return std::same_as<T, fovea::fp16> ? rounded_bits(x, 5, 10) : rounded_bits(x, 8, 7);
        };
        words all(512, 1);
        for (std::size_t t = 0; t < 256; ++t) all[t] = half(in[t]) | half(in[t + 1]) << 16;
        return all;
    }
};

// Both halves of every pair of bits, as floats: the formula builds them from sign, exponent and fraction.
template <class Machine, class T> struct halves {
    static constexpr char const* name = std::same_as<T, fovea::fp16> ? "low, high: fp16" : "low, high: bf16";
    static constexpr int threads = 256, blocks = 1, exponent_bits = std::same_as<T, fovea::fp16> ? 5 : 8;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), both = Machine::load(p.in + t);
        float* const to = reinterpret_cast<float*>(p.out) + 2 * t;
        Machine::store(to, Machine::template low<T>(both));
        Machine::store(to + 1, Machine::template high<T>(both));
    }
    static words in() {
        constexpr word infinity = std::same_as<T, fovea::fp16> ? 0x7c00 : 0x7f80;
        words all{0x80000000u, infinity | infinity << 16 | 0x8000u, 0x00010001u, 0x83ff03ffu};
        draws draw{22};
        while (all.size() < 256) {
            const word both = static_cast<word>(draw.bits());
            // no NaN: which one a NaN becomes is the model's own affair
            if ((both & infinity) != infinity && (both >> 16 & infinity) != infinity) all.push_back(both);
        }
        return all;
    }
    static words out(words const& in) {
        words all;
        for (word both : in)
            for (word half : {both & 0xffffu, both >> 16}) {
                constexpr int stored = 15 - exponent_bits, bias = (1 << (exponent_bits - 1)) - 1;
                const int exponent = static_cast<int>(half >> stored & ((1u << exponent_bits) - 1));
                const double fraction = std::ldexp(static_cast<double>(half & ((1u << stored) - 1)), -stored);
                double x = exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, exponent - bias);
                if (exponent == (1 << exponent_bits) - 1) x = std::numeric_limits<double>::infinity();
                all.push_back(as_word(static_cast<float>(half >> 15 ? -x : x)));
            }
        return all;
    }
};

template <class Machine> struct tf32_roundings {
    static constexpr char const* name = "rounded_tf32";
    static constexpr int threads = 256, blocks = 1;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread();
        const float x = Machine::load(reinterpret_cast<float const*>(p.in) + t);
        Machine::store(p.out + t, Machine::rounded_tf32(x) & ~word{0x1fff}); // the rest is not read by a product
    }
    static words in() {
        words all;
        for (float x : {0.0f, -0.0f, 0x1.001p0f, 0x1.000ffep0f, -0x1.001p0f, 0x1.003p0f, 0x1.ffep0f, 0x1.fffp0f,
                        std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()})
            all.push_back(as_word(x));
        draws draw{9};
        while (all.size() < 256)
            all.push_back(as_word(std::ldexp(draw.uniform(-2, 2), static_cast<int>(draw.between(-90, 90)))));
        return all;
    }
    static words out(words const& in) {
        words all;
        for (word w : in) { // 11 significant bits, ties away from zero: round() does that
            const double x = static_cast<double>(as_float(w));
            int exponent = 0;
            const double fraction = std::frexp(x, &exponent);
            const double nearest = std::isinf(x) ? x : std::ldexp(std::round(std::ldexp(fraction, 11)), exponent - 11);
            all.push_back(as_word(static_cast<float>(nearest)));
        }
        return all;
    }
};

} // namespace tests
