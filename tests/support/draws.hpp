// Random numbers for tests: a seed gives the same draws on every machine.
//
//     tests::draws draw{7};   auto n = draw.between(1, 300);   auto x = draw.normal();
#pragma once
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace tests {

// splitmix64, and distributions written out: the standard library's differ between implementations.
struct draws {
    std::uint64_t state = 0;

    std::uint64_t bits() {
        std::uint64_t x = state += 0x9e3779b97f4a7c15u;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
        return x ^ (x >> 31);
    }
    // A whole number of [lo, hi].
    std::int64_t between(std::int64_t lo, std::int64_t hi) {
        const auto width = static_cast<std::uint64_t>(hi) - static_cast<std::uint64_t>(lo) + 1;
        const std::uint64_t step = width == 0 ? bits() : bits() % width;
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(lo) + step);
    }
    // A whole number whose size is drawn first: small and huge ones alike, of both signs.
    std::int64_t any_size() {
        const std::uint64_t x = bits();
        return static_cast<std::int64_t>(bits()) >> (x % 64);
    }
    double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
    float uniform(float lo, float hi) { return lo + (hi - lo) * static_cast<float>(unit()); }
    // How many of 64 coins show heads, of variance 16, and what lies between two counts, of variance 1/12: logarithms
    // would take a sixth of the emulated cases' time.
    float normal() {
        const int heads = std::popcount(bits());
        return static_cast<float>((heads - 32 + unit() - 0.5) * 0.24935149047701483);
    }
    bool one_in(int n) { return between(1, n) == 1; }
    template <class T> T of(std::initializer_list<T> choices) {
        return choices.begin()[between(0, static_cast<std::int64_t>(choices.size()) - 1)];
    }
};

inline std::vector<float> normals(std::int64_t n, std::uint64_t seed, float scale = 1) {
    draws draw{seed};
    std::vector<float> x(static_cast<std::size_t>(n));
    for (float& value : x) value = scale * draw.normal();
    return x;
}

} // namespace tests
