// Everything for CUDA: operands, the language, run on a GPU, and the reference engine beside it. Needs nvcc.
//
//     fovea::run(fovea::cuda(stream), o = fovea::sum(fovea::softmax(fovea::scaled_dot(q, k)) * v));
//
// The CPU engine is not part of it: nvcc does not compile its vectors.
#pragma once
#if __cplusplus < 202002L
#error "fovea: this is C++20: compile with nvcc -std=c++20 or later"
#else
#include "fovea/engine/reference/engine.hpp"
#include "fovea/expr/apply.hpp"
#include "fovea/launch/cuda.cuh"
#include "fovea/launch/cuda_decode.cuh"
#include "fovea/launch/run.hpp"
#include "fovea/mask/block_sparse.hpp"
#include "fovea/mask/causal.hpp"
#include "fovea/mask/dilated.hpp"
#include "fovea/mask/documents.hpp"
#include "fovea/mask/everything.hpp"
#include "fovea/mask/neighbourhood.hpp"
#include "fovea/mask/padding.hpp"
#include "fovea/mask/prefix.hpp"
#include "fovea/mask/sink_tokens.hpp"
#include "fovea/mask/sliding_window.hpp"
#include "fovea/meta/dispatch.hpp"
#include "fovea/score/alibi.hpp"
#include "fovea/score/bias.hpp"
#include "fovea/score/relative_bias.hpp"
#include "fovea/score/softcap.hpp"
#include "fovea/tensor/dlpack.hpp"
#include "fovea/tensor/mdspan.hpp"
#endif
