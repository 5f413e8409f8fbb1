// Random cases of the sm_80 engine. Tiles other than the table's: rows, warps, stages.
#include "engine/sm80/at_random.hpp"

namespace {

using namespace tests;
using fovea::bf16;
using fovea::fp16;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_tiles[] = {
    enlist<variants::causal, bf16, bf16, c<64>>(
        "sm_80", emulated_at_random<fovea::tile_shape{.query = 64, .key = 64, .warps = 4, .stages = 1}>{}),
    enlist<variants::alibi, fp16, float, c<64>>(
        "sm_80", emulated_at_random<fovea::tile_shape{.query = 64, .key = 16, .warps = 2, .stages = 3}>{}),
    enlist<variants::streaming, bf16, float, c<128>>(
        "sm_80", emulated_at_random<fovea::tile_shape{.query = 128, .key = 64, .warps = 8, .stages = 1}>{}),
    enlist<variants::causal, fp16, float, c<256>>(
        "sm_80", emulated_at_random<fovea::tile_shape{.query = 32, .key = 32, .warps = 2, .stages = 4}>{}),
};

} // namespace
