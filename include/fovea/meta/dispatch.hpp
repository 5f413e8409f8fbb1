// A run-time number becomes a compile-time constant.
//
//     bool matched = fovea::dispatch<64, 96, 128>(head_dim, [&](auto d) { run_with(d); });
//
// Calls f with the constant that equals `value` and returns true, or returns false without calling f.
#pragma once
#include "fovea/meta/constant.hpp"

namespace fovea::inline v0_1 {

template <index... Cases, class F> constexpr bool dispatch(index value, F&& f) {
    return ((value == Cases ? (static_cast<void>(f(constant_size<Cases>{})), true) : false) || ...);
}

} // namespace fovea::inline v0_1
