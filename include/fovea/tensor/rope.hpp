// Rotary position embedding as a prologue: channel pairs turned by position times frequency.
//
//     rope_halves(q, rope_plain{.theta = 1e4})       // pairs (i, i + channels / 2): GPT-NeoX, Hugging Face Llama
//     rope_pairs(q, rope_llama3{.theta = 5e5})       // pairs (2 i, 2 i + 1): the paper, GGUF Llama files
//
// There is no default pairing. `channels` 0 rotates all channels, n the first n. Positions are absolute: view.first +
// row. Error: a frequency or an amplitude that is not finite is refused; angles are formed and reduced in double, on
// GPUs as turns of 64 bits, exact to positions of 1M (tests/engine/copies.cpp). Source: RoFormer (2021); NTK-aware and
// YaRN scaling (2023); Llama 3.1 model card for rope_llama3.
#pragma once
#include "fovea/tensor/prologue.hpp"

namespace fovea::inline v0_1 {

inline constexpr double two_pi = 6.283185307179586;

// theta^(-2 i / channels), the frequency of pair i in radians a position.
inline double rope_base_frequency(double theta, index i, index channels) {
    return __builtin_pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(channels));
}

// A frequency type has: channels; frequency(i, n) of pair i of n channels; amplitude(), a factor on the result. It is
// copied with the expression, and compared by == where it has one, else by its bytes: it holds numbers and pointers.
struct rope_plain {
    static constexpr char const* name = "rope_plain";
    double theta = 10000;
    index channels = 0;
    double frequency(index i, index n) const { return rope_base_frequency(theta, i, n); }
    double amplitude() const { return 1; }
};
// Positions divided by `factor`.
struct rope_linear {
    static constexpr char const* name = "rope_linear";
    double theta = 10000, factor = 1;
    index channels = 0;
    double frequency(index i, index n) const { return rope_base_frequency(theta, i, n) / factor; }
    double amplitude() const { return 1; }
};
// theta raised so that the lowest frequency is stretched by `factor`.
struct rope_ntk {
    static constexpr char const* name = "rope_ntk";
    double theta = 10000, factor = 1;
    index channels = 0;
    double frequency(index i, index n) const {
        const double d = static_cast<double>(n);
        return rope_base_frequency(theta * __builtin_pow(factor, d / (d - 2)), i, n);
    }
    double amplitude() const { return 1; }
};
// Frequencies with many turns over the original length stay, those with few are divided by `factor`, between is a ramp
// over the pair number; the result is scaled by 0.1 ln(factor) + 1.
struct rope_yarn {
    static constexpr char const* name = "rope_yarn";
    double theta = 10000, factor = 1;
    index original_length = 4096;
    double beta_fast = 32, beta_slow = 1;
    index channels = 0;
    double pair_with_turns(double turns, index n) const {
        return static_cast<double>(n) * __builtin_log(static_cast<double>(original_length) / (turns * two_pi)) /
               (2 * __builtin_log(theta));
    }
    double frequency(index i, index n) const {
        const double last = static_cast<double>(n - 1);
        double low = __builtin_floor(pair_with_turns(beta_fast, n)),
               high = __builtin_ceil(pair_with_turns(beta_slow, n));
        low = low < 0 ? 0 : low;
        high = high > last ? last : high;
        if (high == low) high += 0.001;
        double ramp = (static_cast<double>(i) - low) / (high - low);
        ramp = ramp < 0 ? 0 : ramp > 1 ? 1 : ramp;
        const double f = rope_base_frequency(theta, i, n);
        return f / factor * ramp + f * (1 - ramp);
    }
    double amplitude() const { return factor <= 1 ? 1 : 0.1 * __builtin_log(factor) + 1; }
};
// Wavelengths beyond original_length / low are stretched by `factor`, those below original_length / high stay.
struct rope_llama3 {
    static constexpr char const* name = "rope_llama3";
    double theta = 500000, factor = 8, low = 1, high = 4;
    index original_length = 8192, channels = 0;
    double frequency(index i, index n) const {
        const double f = rope_base_frequency(theta, i, n), turns = static_cast<double>(original_length) * f / two_pi;
        if (turns < low) return f / factor;
        if (turns > high) return f;
        const double smooth = (turns - low) / (high - low);
        return (1 - smooth) * f / factor + smooth * f;
    }
    double amplitude() const { return 1; }
};

enum class pairing { halves, pairs };

template <operand O, class Frequency, pairing Pairing> struct rotated_operand {
    O source;
    Frequency frequency;
};
template <class O, class F, pairing P> inline constexpr bool is_prologue<rotated_operand<O, F, P>> = true;

template <class F>
concept rope_frequency = requires(F const& f) {
    f.frequency(index{0}, index{2});
    f.amplitude();
    f.channels;
};

template <operand O, class F> constexpr auto rope_halves(O const& x, F const& frequency) {
    static_assert(rope_frequency<F>, "fovea: rope_halves takes a frequency type: rope_plain, rope_linear, rope_ntk, "
                                     "rope_yarn, rope_llama3 or your own");
    return rotated_operand<O, F, pairing::halves>{x, frequency};
}
template <operand O, class F> constexpr auto rope_pairs(O const& x, F const& frequency) {
    static_assert(rope_frequency<F>, "fovea: rope_pairs takes a frequency type: rope_plain, rope_linear, rope_ntk, "
                                     "rope_yarn, rope_llama3 or your own");
    return rotated_operand<O, F, pairing::pairs>{x, frequency};
}
template <operand O, class F, pairing P> constexpr auto at(rotated_operand<O, F, P> x, index first) {
    x.source = at(x.source, first);
    return x;
}

// Channels that a rotation of a row with d channels turns.
template <class F> constexpr index rotated_channels(F const& frequency, index d) {
    return frequency.channels == 0 ? d : frequency.channels;
}

// Whether an operand's values depend on its position.
template <class O> inline constexpr bool is_rotated = false;
template <class O, class F, pairing P> inline constexpr bool is_rotated<rotated_operand<O, F, P>> = true;
template <class O> inline constexpr bool is_rotated<scaled_operand<O>> = is_rotated<O>;

// Whether a channel turns with one far from it, in the other half.
template <class O> inline constexpr bool turns_halves = false;
template <class O, class F> inline constexpr bool turns_halves<rotated_operand<O, F, pairing::halves>> = true;
template <class O> inline constexpr bool turns_halves<scaled_operand<O>> = turns_halves<O>;

template <class O> inline constexpr bool is_rotated_twice = false;
template <class O, class F, pairing P> inline constexpr bool is_rotated_twice<rotated_operand<O, F, P>> = is_rotated<O>;
template <class O> inline constexpr bool is_rotated_twice<scaled_operand<O>> = is_rotated_twice<O>;

} // namespace fovea::inline v0_1
