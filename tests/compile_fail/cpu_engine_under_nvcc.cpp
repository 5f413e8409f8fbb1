// expect: fovea: nvcc cannot compile the CPU engine, as it allows no vectors in __host__ __device__ functions: call run(cpu(), ...) in a .cpp file; cuda() and reference() run here
#ifndef FOVEA_CONTROL
#define __NVCC__ 1 // what tells nvcc from the compiler that this is
#endif
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {}, y[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto o = fv::tensor(y, fv::bshd(1, 1, 2, 2));
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(fv::dot(q, q)) * q));
}
