// The emulator's side of the comparison, compute capabilities 8.0 and 8.9.
#include "gpu/conformance/on_emulator.hpp"

#include "simt/machine.hpp"

using fovea::simt::machine;

tests::outcomes tests::sm80_on_emulator() { return on_emulator(sm80_instructions<machine>{}); }
tests::outcomes tests::sm89_on_emulator() { return on_emulator(sm89_instructions<machine>{}); }
