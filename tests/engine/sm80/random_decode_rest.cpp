// Random cases of the sm_80 engine's decoding kernels. Statistics without values, other tiles.
#include "engine/sm80/emulated_decode.hpp"

namespace {

using namespace tests;
using fovea::bf16;
using fovea::fp16;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_decode_rest[] = {
    enlist<variants::sliding_window, bf16, float, c<256>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::dilated, fp16, fp16, c<33>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::statistics_alone, fp16, float, c<192>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::sinks, bf16, float, c<64>>(
        "sm_80 decode", decode_at_random<fovea::tile_shape{.query = 32, .key = 64, .warps = 4, .stages = 3}>{}),
    enlist<variants::causal, bf16, bf16, c<128>>(
        "sm_80 decode", decode_at_random<fovea::tile_shape{.query = 16, .key = 32, .warps = 2, .stages = 1}>{}),
    enlist<variants::alibi, fp16, float, c<64>>(
        "sm_80 decode", decode_at_random<fovea::tile_shape{.query = 16, .key = 128, .warps = 8, .stages = 2}>{}),
};

} // namespace
