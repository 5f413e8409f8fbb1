// What every example needs and none is about: random operands, who computes, and a verdict against the reference.
//
// An example is one source for all: sample::engine() is fovea::cpu() under a C++ compiler and fovea::cuda() under nvcc,
// and sample::vector is memory that the engine reaches.
#pragma once
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#if defined(SAMPLE_EXECUTOR) // the emulator, in the tests
#include SAMPLE_EXECUTOR
#elif defined(__CUDACC__)
#include "executor_cuda.cuh"
#else
#include "executor_cpu.hpp"
#endif

namespace sample {

// n normally distributed numbers; a seed gives the same ones again.
inline vector<element> numbers(fovea::index n, unsigned seed) {
    std::mt19937 bits(seed);
    std::normal_distribution<float> normal;
    vector<element> x(static_cast<std::size_t>(n));
    for (element& value : x) value = static_cast<element>(normal(bits));
    return x;
}

inline double largest_difference(vector<float> const& a, vector<float> const& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = a[i] == b[i] ? 0 : std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
        if (std::isnan(difference)) return difference; // the largest of all
        if (difference > largest) largest = difference;
    }
    return largest;
}

// Says how far `got` is from what the reference engine gave, and whether that is rounding: so many of the engine's
// errors of a result of order 1. `size`: of the largest result.
inline int verdict(char const* what, vector<float> const& got, vector<float> const& expected, int channels,
                   double size = 1) {
    const double most = rounding(channels) * size, difference = largest_difference(got, expected);
    const bool right = difference <= most;
    std::printf("%s: largest difference from the reference %.1e, at most %.1e: %s\n", what, difference, most,
                right ? "right" : "WRONG");
    return right ? 0 : 1;
}

} // namespace sample
