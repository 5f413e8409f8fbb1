// Angles as fractions of a full turn in 64 bits: a position times a frequency is then one exact multiplication, however
// large, because whole turns overflow.
//
//     rotation d = rotation_by(static_cast<std::uint64_t>(position) * turns_a_position(frequency)); // d.cosine
//
// Error: the frequency's own rounding in double times the position, 2^-36 turns at one million, and 1e-7 of the
// polynomials (tests/unit/base/turn.cpp).
#pragma once
#include <cstdint>

#include "fovea/base/config.hpp"

namespace fovea::inline v0_1 {

struct rotation {
    float cosine, sine;
};

// Radians a position as 2^-64 turns a position.
inline std::uint64_t turns_a_position(double radians) {
    const double turns = radians / 6.283185307179586, part = turns - __builtin_floor(turns);
    return static_cast<std::uint64_t>(part * 0x1p64);
}

// Polynomials over an eighth of a turn to either side, minimax: x is in quarter turns.
FOVEA_HOST_DEVICE rotation rotation_by(std::uint64_t turns) {
    const auto fraction = static_cast<std::uint32_t>(turns >> 32);
    const std::uint32_t quarter = (fraction + (1u << 29)) >> 30;
    const float x = static_cast<float>(static_cast<std::int32_t>(fraction - (quarter << 30))) * 0x1p-30f, y = x * x;
    const float sine = x * (1.57079631f + y * (-0.64596294f + y * (0.0796759f + y * -0.00459229f)));
    const float cosine = 1.f + y * (-1.23370054f + y * (0.253669204f + y * (-0.0208600713f + y * 0.000903631612f)));
    const float c = (quarter & 1) != 0 ? sine : cosine, s = (quarter & 1) != 0 ? cosine : sine;
    return {((quarter + 1) & 2) != 0 ? -c : c, (quarter & 2) != 0 ? -s : s};
}

} // namespace fovea::inline v0_1
