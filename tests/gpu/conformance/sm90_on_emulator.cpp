// The emulator's side of the comparison, compute capability 9.0.
#include "gpu/conformance/on_emulator.hpp"
#include "gpu/conformance/sm90_instructions.hpp"
#include "simt/hopper_machine.hpp"

tests::outcomes tests::sm90_on_emulator() { return on_emulator(sm90_instructions<fovea::simt::hopper_machine>{}); }
