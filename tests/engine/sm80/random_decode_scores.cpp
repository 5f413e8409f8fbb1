// Random cases of the sm_80 engine's decoding kernels. Scores, functors, normalisers, operands turned as they are read:
// whatever depends on the head differs between the packed rows of a tile.
#include "engine/sm80/emulated_decode.hpp"

namespace {

using namespace tests;
using fovea::bf16;
using fovea::fp16;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_decode_scores[] = {
    enlist<variants::softcap, bf16, float, c<64>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::alibi, fp16, float, c<128>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::bias, fp16, fp16, c<64>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::distance_table, bf16, float, c<8>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::generic_functor, fp16, fp16, c<96>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::sinks, bf16, float, c<192>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::sigmoid, fp16, float, c<16>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::rope_pairs, bf16, bf16, c<80>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::everything_at_once, bf16, float, c<64>>("sm_80 decode", decode_at_random<>{}),
};

} // namespace
