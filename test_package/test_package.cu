// A kernel of a user's own, compiled by nvcc with the flags of fovea::cuda.
#include <fovea/machine/ptx/entry.cuh>
#include <fovea/machine/ptx/sm80.cuh>

static_assert(__cplusplus >= 202002L, "fovea::cuda brings C++20");

template <class Machine> struct doubled {
    static constexpr int threads = 128, blocks = 1;
    struct params {
        float const* from;
        float* to;
    };
    FOVEA_DEVICE static void run(params const& p) {
        const fovea::word at = Machine::block(0) * threads + Machine::thread();
        Machine::store(p.to + at, 2 * Machine::load(p.from + at));
    }
};

void twice(float const* from, float* to, unsigned blocks, cudaStream_t stream) {
    fovea::entry<doubled<fovea::ptx_sm80_machine>><<<blocks, 128, 0, stream>>>({from, to});
}
