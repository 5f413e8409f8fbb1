// Random cases of the sm_80 engine. Operands in fp32, rounded to tf32.
#include "engine/sm80/at_random.hpp"

namespace {

using namespace tests;

template <int N> using c = fovea::constant_size<N>;

const emulated_at_random<fovea::tile_shape{}, fovea::precision::tf32> engine;

const int enlisted_tf32[] = {
    enlist<variants::causal, float, float, c<64>>("sm_80, tf32", engine),
    enlist<variants::sliding_window, float, float, c<128>>("sm_80, tf32", engine),
    enlist<variants::softcap, float, fovea::bf16, c<96>>("sm_80, tf32", engine),
    enlist<variants::rope_halves, float, float, c<80>>("sm_80, tf32", engine),
    enlist<variants::statistics_alone, float, float, c<192>>("sm_80, tf32", engine),
};

} // namespace
