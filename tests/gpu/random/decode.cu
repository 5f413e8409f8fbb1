// Random cases on a GPU. The decoding kernels, with pieces and their number drawn, in a workspace of exactly their
// bytes that is poison at first.
#include "gpu/random/cuda_at_random.cuh"

namespace tests {

// Like cuda_decode(), but for views whose number of channels is a number, and with the keys cut as stated.
struct decode_on_device {
    static constexpr char const* name = "sm_80, decode, on a device";
    int pieces, least_tiles; // 0: as the engine plans
};

template <class Problem> fovea::status execute(decode_on_device const& engine, Problem const& p) {
    using namespace fovea::sm80;
    show_memory_to_device();
    // Values are drawn as wide as 192, or as the queries are.
    constexpr int channels = head_sizes_of<Problem, head_sizes{192, 192}>().channels;
    using tile =
        decltype(chosen_decode_tile<Problem, fovea::tile_shape{}, head_sizes{192, fovea::greatest(192, channels)}>());
    using pass = decode<fovea::ptx_sm80_machine, Problem, tile>;
    using merge = combine<fovea::ptx_sm80_machine, Problem, tile>;
    if (fovea::status why = refusal_of_decode<tile>(p, {}); !why.ok()) return why;
    decode_plan plan = plan_decode<tile>(p, fovea::index{1} << 60);
    if (engine.pieces != 0) plan.pieces = fovea::sm80::divisor_of(engine.pieces);
    if (engine.least_tiles != 0) plan.least_tiles = engine.least_tiles;
    const auto bytes = static_cast<std::size_t>(piece_layout<tile>{plan}.bytes());
    void* scratch = nullptr;
    cudaMalloc(&scratch, bytes + 1);
    cudaMemset(scratch, 0xff, bytes);
    const auto params = make_decode_params<tile>(p, plan, scratch);
    fovea::status why = fovea::launch<pass>(nullptr, plan.blocks(), params);
    if (why.ok() && plan.pieces > 1) why = fovea::launch<merge>(nullptr, merge::blocks_of(plan), params);
    const cudaError_t ended = cudaDeviceSynchronize();
    cudaFree(scratch);
    if (why.ok() && ended != cudaSuccess) return fovea::status({"the kernel ended with: ", cudaGetErrorString(ended)});
    return why;
}

struct cuda_decode_at_random : cuda_at_random<> {
    template <class... A> fovea::status operator()(draws& draw, A const&... assignments) const {
        const auto pieces = static_cast<int>(draw.of<std::int64_t>({0, 1, 2, 3, 7, 33}));
        return fovea::try_run(decode_on_device{pieces, draw.one_in(2) ? 1 : 0}, assignments...);
    }
};

} // namespace tests

namespace {

using namespace tests;
template <int N> using c = fovea::constant_size<N>;

const int enlisted[] = {
    enlist<variants::causal, fovea::bf16, float, c<128>>("cuda decode", cuda_decode_at_random{}),
    enlist<variants::own_window, fovea::fp16, float, c<64>>("cuda decode", cuda_decode_at_random{}),
    enlist<variants::everything_at_once, fovea::bf16, fovea::bf16>("cuda decode", cuda_decode_at_random{}),
    enlist<variants::sigmoid, fovea::fp16, float>("cuda decode", cuda_decode_at_random{}),
    enlist<variants::statistics_alone, fovea::bf16, float>("cuda decode", cuda_decode_at_random{}),
};

} // namespace
