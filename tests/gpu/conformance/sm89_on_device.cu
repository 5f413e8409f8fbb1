// The hardware's side of the comparison: what compute capability 8.9 adds.
#include "fovea/machine/ptx/sm89.cuh"
#include "gpu/conformance/on_device.cuh"

tests::outcomes tests::sm89_on_device() { return on_device(sm89_instructions<fovea::ptx_sm89_machine>{}); }
