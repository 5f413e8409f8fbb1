// A kernel of a user's own, written against a machine, in a file that nvcc compiles with the flags of fovea::cuda.
#include <fovea/machine/ptx/entry.cuh>
#include <fovea/machine/ptx/sm80.cuh>

static_assert(__cplusplus >= 202002L, "fovea::cuda brings C++20");

template <class Machine> struct doubled {
    static constexpr int threads = 128, blocks = 1;
    struct params {
        float* data;
    };
    FOVEA_DEVICE static void run(params const& p) {
        float* const at = p.data + Machine::block(0) * threads + Machine::thread();
        Machine::store(at, 2 * Machine::load_fresh(at));
    }
};

void twice(float* data, unsigned blocks, cudaStream_t stream) {
    fovea::entry<doubled<fovea::ptx_sm80_machine>><<<blocks, 128, 0, stream>>>({data});
}
