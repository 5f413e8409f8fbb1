// Compile-time integers as values: `128_c`, and sizes that are either such a constant or a run-time number.
//
//     using namespace fovea::literals;   auto q = fovea::tensor(ptr, fovea::bshd(1, 1024, 8, 128_c));
#pragma once
#include <boost/hana/integral_constant.hpp>

#include "fovea/base/integers.hpp"

namespace fovea::inline v0_1 {

namespace literals {
using boost::hana::literals::operator""_c;
}

// N as a value, what N_c is.
template <index N> using constant_size = boost::hana::integral_constant<index, N>;

// The type of N_c: N of whichever integer type the literal made.
template <class T, T N> using stated = boost::hana::integral_constant<T, N>;
template <class T> inline constexpr bool is_stated = false;
template <class T, T N> inline constexpr bool is_stated<stated<T, N>> = true;

// What a size argument becomes: constants (of any integer type) stay types, numbers become index.
template <class T> struct size_of_argument {
    using type = index;
};
template <class T, T N> struct size_of_argument<stated<T, N>> {
    using type = constant_size<static_cast<index>(N)>;
};
template <class T> using size_type = typename size_of_argument<T>::type;

template <class T> inline constexpr index known_size = -1; // -1: known only at run time
template <index N> inline constexpr index known_size<constant_size<N>> = N;

} // namespace fovea::inline v0_1
