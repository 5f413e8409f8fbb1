// The hardware's side of the comparison: what compute capability 9.0 adds.
#include "fovea/machine/ptx/sm90.cuh"
#include "gpu/conformance/on_device.cuh"
#include "gpu/conformance/sm90_instructions.hpp"

tests::outcomes tests::sm90_on_device() { return on_device(sm90_instructions<fovea::ptx_sm90_machine>{}); }
tests::outcomes tests::sm90_columns_on_device() { return on_device(sm90_columns<fovea::ptx_sm90_machine>{}); }
