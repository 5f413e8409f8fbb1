// Loads of what nothing writes: one, 64 equal ones, 64 different ones, and one in a loop. tools/check_ptx.py compares
// the machine code of the first three and looks for the last outside its loop.
#include "fovea/machine/ptx/sm80.cuh"

using machine = fovea::ptx_sm80_machine;

// Each x is used in an instruction of its own, so that the three differ in loads alone.
extern "C" __global__ void one_load(float* to, float const* from) {
    const float x = machine::load(from);
    float sum = 0;
    FOVEA_UNROLL for (int i = 0; i < 64; ++i) sum = machine::exp2(sum + x);
    machine::store(to, sum);
}
extern "C" __global__ void equal_loads(float* to, float const* from) {
    float sum = 0;
    FOVEA_UNROLL for (int i = 0; i < 64; ++i) sum = machine::exp2(sum + machine::load(from));
    machine::store(to, sum);
}
extern "C" __global__ void loads_apart(float* to, float const* from) {
    float sum = 0;
    FOVEA_UNROLL for (int i = 0; i < 64; ++i) sum = machine::exp2(sum + machine::load(from + i));
    machine::store(to, sum);
}
extern "C" __global__ void load_in_loop(float* to, float const* from, int n) {
    float sum = 0;
    for (int i = 0; i < n; ++i) {
        sum = machine::exp2(sum + machine::load(from));
        machine::store(to + i, sum);
    }
}
