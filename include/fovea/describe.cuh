// What a run on a GPU would do, for those who want to know: fovea.cuh does without. Needs nvcc.
//
//     std::puts(to_string(fovea::describe(fovea::cuda(stream), o = fovea::sum(p * v))).c_str());
#pragma once
#include "fovea/launch/describe_cuda.cuh"
