// Arrays whose length is an int, as every count inside a tile is.
//
//     array_of<float, rows> x;                                                    // float x[rows]
//     template <class X> void clear(X& x) { for (int i = 0; i < length_of<X>; ++i) x[i] = 0; }
//
// Written float x[rows], in a template, g++ takes the length for one that may be negative (-Wsign-conversion).
#pragma once
#include <cstddef>
#include <type_traits>

#include "fovea/base/integers.hpp"

namespace fovea::inline v0_1 {

template <class T, index N> using array_of = T[static_cast<std::size_t>(N)];
template <class Array> inline constexpr int length_of = static_cast<int>(std::extent_v<Array>);

} // namespace fovea::inline v0_1
