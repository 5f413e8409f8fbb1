// The first example on a GPU: the same expression, and only the executor differs.
//
//     nvcc -std=c++20 -arch=native -I include examples/09_cuda.cu && ./a.out
//
// The kernel's result is checked against fovea::reference() on the same data.
#include <cuda_runtime_api.h>

#include <cmath>
#include <cstdio>
#include <fovea/engine/reference/engine.hpp>
#include <fovea/fovea.cuh>
#include <vector>

namespace fv = fovea;
using namespace fovea::literals;

constexpr fv::index length = 300, heads = 4, head_dim = 64;

// One causal attention over whatever memory the views point at, by whatever engine is given.
template <class Engine>
fv::status attend(Engine engine, fv::bf16* q_ptr, fv::bf16* k_ptr, fv::bf16* v_ptr, float* o_ptr, float* l_ptr) {
    auto q = fv::tensor(q_ptr, fv::bshd(1, length, heads, 64_c));
    auto k = fv::tensor(k_ptr, fv::bshd(1, length, heads, 64_c));
    auto v = fv::tensor(v_ptr, fv::bshd(1, length, heads, 64_c));
    auto o = fv::tensor(o_ptr, fv::bshd(1, length, heads, 64_c));
    auto l = fv::tensor(l_ptr, fv::bhs(1, heads, length));
    auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
    return fv::try_run(engine, o = fv::sum(fv::softmax(s) * v), l = fv::logsumexp(s));
}

int main() {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
        std::puts("no GPU here: nothing to show");
        return 0;
    }
    constexpr std::size_t n = length * heads * head_dim, rows = length * heads;
    // Memory that host and device both reach, so that the reference engine can read the same arrays.
    fv::bf16* operand[3];
    float *o, *l;
    for (auto& x : operand) cudaMallocManaged(reinterpret_cast<void**>(&x), n * sizeof(fv::bf16));
    cudaMallocManaged(reinterpret_cast<void**>(&o), n * sizeof(float));
    cudaMallocManaged(reinterpret_cast<void**>(&l), rows * sizeof(float));
    for (std::size_t i = 0; i < 3 * n; ++i)
        operand[i / n][i % n] = fv::bf16{std::sin(static_cast<float>(i * i % 1009))};

    const fv::status ran = attend(fv::cuda(), operand[0], operand[1], operand[2], o, l);
    if (!ran.ok() || cudaDeviceSynchronize() != cudaSuccess) {
        std::printf("not run: %s\n", ran.sentence());
        return 1;
    }
    std::vector<float> right(n), right_l(rows);
    if (!attend(fv::reference(), operand[0], operand[1], operand[2], right.data(), right_l.data()).ok()) return 1;
    float worst = 0, worst_l = 0;
    for (std::size_t i = 0; i < n; ++i) worst = std::fmax(worst, std::fabs(o[i] - right[i]));
    for (std::size_t i = 0; i < rows; ++i) worst_l = std::fmax(worst_l, std::fabs(l[i] - right_l[i]));
    std::printf("o within %.1e, logsumexp within %.1e of the definition in double\n", static_cast<double>(worst),
                static_cast<double>(worst_l));
    // weights rounded to bf16 (2^-9 each) over values of at most 1
    return worst <= 0x1p-8f && worst_l <= 1e-4f ? 0 : 1;
}
