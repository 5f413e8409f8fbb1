// What every example needs and none is about: random operands, and a verdict against the reference engine.
#pragma once
#include <cmath>
#include <cstdio>
#include <fovea/fovea.hpp>
#include <random>
#include <vector>

namespace sample {

// n normally distributed numbers; a seed gives the same ones again.
inline std::vector<float> numbers(fovea::index n, unsigned seed) {
    std::mt19937 bits(seed);
    std::normal_distribution<float> normal;
    std::vector<float> x(static_cast<std::size_t>(n));
    for (float& value : x) value = normal(bits);
    return x;
}

inline double largest_difference(std::vector<float> const& a, std::vector<float> const& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = a[i] == b[i] ? 0 : std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
        if (!(difference <= largest)) largest = difference; // a NaN is the largest of all
    }
    return largest;
}

// Says how far `got` is from what the reference engine gave, and whether that is rounding: a few units in the last
// place of fp32, growing with the root of the number of terms in a product. `size`: of the largest result.
inline int verdict(char const* what, std::vector<float> const& got, std::vector<float> const& expected, int channels,
                   double size = 1) {
    const double most = 8 * 0x1p-23 * std::sqrt(channels) * size, difference = largest_difference(got, expected);
    const bool right = difference <= most;
    std::printf("%s: largest difference from the reference %.1e, at most %.1e: %s\n", what, difference, most,
                right ? "right" : "WRONG");
    return right ? 0 : 1;
}

} // namespace sample
