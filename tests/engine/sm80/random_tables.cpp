// Random cases of the sm_80 engine. Masks that read tables, divide, or differ from head to head.
#include "engine/sm80/at_random.hpp"

namespace {

using namespace tests;
using fovea::bf16;
using fovea::fp16;

template <int N> using c = fovea::constant_size<N>;

const int enlisted_tables[] = {
    enlist<variants::documents, bf16, float, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::padding, fp16, fp16, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::block_sparse, bf16, bf16, c<40>>("sm_80", emulated_at_random<>{}),
    enlist<variants::dilated, fp16, fp16, c<64>>("sm_80", emulated_at_random<>{}),
    enlist<variants::neighbourhood, bf16, float, c<32>>("sm_80", emulated_at_random<>{}),
    enlist<variants::own_window, fp16, float, c<64>>("sm_80", emulated_at_random<>{}),
};

} // namespace
