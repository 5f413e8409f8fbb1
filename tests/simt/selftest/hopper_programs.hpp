// What the emulator's own tests of sm_90 share: the machine's short name, where shared memory begins, the swizzles.
#pragma once

#include "simt/hopper_machine.hpp"
#include "simt/selftest/programs.hpp"

namespace fovea::simt {

using H = hopper_machine;

inline word base() { return H::shared_base(); }

inline constexpr swizzle every_swizzle[] = {swizzle::none, swizzle::bytes_32, swizzle::bytes_64, swizzle::bytes_128};

} // namespace fovea::simt
