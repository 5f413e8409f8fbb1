// Blocks in an order of their own, for masks that only the device can read: fovea.cuh does without. Needs nvcc.
//
//     fovea::run(fovea::longest_first(fovea::cuda(stream), {memory, bytes}), o = fovea::sum(p * v));
#pragma once
#include "fovea/launch/schedule.cuh"
