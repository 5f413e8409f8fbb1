// One case of the conformance suite: a kernel of one instruction, its inputs, and its outputs by another formula.
//
//     template <class Machine> struct count_bits {
//         static constexpr char const* name = "count_bits";
//         static constexpr int threads = 32, blocks = 1;
//         static constexpr word shared_bytes = 0;
//         static constexpr layout shape{};
//         using params = buffers;
//         FOVEA_DEVICE static void run(params const& p) { ... }        // runs on any Machine
//         static words in();                                           // what p.in holds
//         static words out(words const& in);                           // what p.out must hold then
//     };
//
// Models of a machine are compared bit for bit, except where a case states an error bound.
#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

#include "fovea/base/integers.hpp"
#include "support/draws.hpp"

namespace tests {

using fovea::word;
using words = std::vector<word>;

struct buffers {
    word const* in;
    word* out;
};

// The grid, what becomes of p.out, and how that is judged: as words, or as floats within
// relative * |expected| + absolute.
struct layout {
    int x = 1, y = 1, z = 1;
    word before = 0xdeadbeefu; // what p.out holds before the kernel runs
    bool updated = false; // p.out is also read, or written more than once
    double relative = 0, absolute = 0;
};

// Blocks of a cluster along x: Kernel::cluster, where a kernel has it.
template <class Kernel> constexpr word cluster_of() {
    if constexpr (requires { Kernel::cluster; }) return Kernel::cluster;
    else return 1;
}

inline float as_float(word bits) { return __builtin_bit_cast(float, bits); }
inline word as_word(float x) { return __builtin_bit_cast(word, x); }

// Whether two machines, or a machine and the formula, agree on one word. All NaNs are one.
inline bool agree(layout const& shape, word got, word expected) {
    if (got == expected) return true;
    if (shape.relative == 0 && shape.absolute == 0) return false;
    const double x = as_float(got), y = as_float(expected);
    if (std::isnan(y) || std::isinf(y)) return std::isnan(x) && std::isnan(y);
    return std::abs(x - y) <= shape.relative * std::abs(y) + shape.absolute;
}

// n words: drawn; or f(0), f(1), ...
inline words drawn(int n, std::uint64_t seed) {
    draws draw{seed};
    words all(static_cast<std::size_t>(n));
    for (word& w : all) w = static_cast<word>(draw.bits());
    return all;
}
template <class F> words filled(int n, F const& f) {
    words all(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) all[static_cast<std::size_t>(i)] = f(i);
    return all;
}

} // namespace tests
