// Random cases of the sm_80 engine's decoding kernels. Masks, comparisons and tables alike.
#include "engine/sm80/emulated_decode.hpp"

namespace {

using namespace tests;
using fovea::bf16;
using fovea::fp16;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_decode_masks[] = {
    enlist<variants::causal, fp16, float, c<64>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::full, bf16, bf16, c<128>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::streaming, bf16, bf16, c<96>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::documents, bf16, float, c<64>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::padding, fp16, fp16, c<80>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::block_sparse, bf16, bf16, c<40>>("sm_80 decode", decode_at_random<>{}),
    enlist<variants::own_window, fp16, float, c<64>>("sm_80 decode", decode_at_random<>{}),
};

} // namespace
