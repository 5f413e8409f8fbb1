// The hardware's side of the comparison, compute capability 8.0 and later.
#include "fovea/machine/ptx/sm80.cuh"
#include "gpu/conformance/on_device.cuh"

tests::outcomes tests::sm80_on_device() { return on_device(sm80_instructions<fovea::ptx_sm80_machine>{}); }
