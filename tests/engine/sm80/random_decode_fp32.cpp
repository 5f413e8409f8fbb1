// Random cases of the sm_80 engine's decoding kernels. Operands in fp32, in three products of tf32 and in one.
#include "engine/sm80/emulated_decode.hpp"

namespace {

using namespace tests;
using fovea::precision;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_decode_fp32[] = {
    enlist<variants::streaming, float, float, c<64>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::alibi, float, fovea::bf16, c<33>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::causal, float, float, c<256>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::sinks, float, float, c<80>>("sm_80 decode, tf32",
                                                 decode_at_random<fovea::tile_shape{}, precision::tf32>{}),
};

} // namespace
