// Decoding on a GPU: one new query against a cache of 5000 keys, four query heads to a key head, the keys cut into
// pieces that a second kernel merges in a workspace of the caller's.
//
//     nvcc -std=c++20 -arch=native -I include examples/10_cuda_decode.cu && ./a.out
//
// The result is checked against fovea::reference() on the same data.
#include <cuda_runtime_api.h>

#include <cmath>
#include <cstdio>
#include <fovea/engine/reference/engine.hpp>
#include <fovea/fovea.cuh>
#include <vector>

namespace fv = fovea;
using namespace fovea::literals;

constexpr fv::index keys = 5000, heads = 8, kv_heads = 2, head_dim = 128;

// A sliding window with attention sinks, given to f(assignment): to run it, or to ask what it needs.
template <class F> auto with_attention(fv::bf16* q_ptr, fv::bf16* k_ptr, fv::bf16* v_ptr, float* o_ptr, F f) {
    auto k = fv::tensor(k_ptr, fv::bshd(1, keys, kv_heads, 128_c));
    auto v = fv::tensor(v_ptr, fv::bshd(1, keys, kv_heads, 128_c));
    auto q = fv::at(fv::tensor(q_ptr, fv::bshd(1, 1, heads, 128_c)), keys - 1); // the newest position
    auto o = fv::tensor(o_ptr, fv::bshd(1, 1, heads, 128_c));
    auto s = fv::where(fv::causal && (fv::sliding_window(4096) || fv::sink_tokens(4)), fv::scaled_dot(q, k));
    return f(o = fv::sum(fv::softmax(s) * v));
}

int main() {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
        std::puts("no GPU here: nothing to show");
        return 0;
    }
    constexpr std::size_t of_query = heads * head_dim, of_cache = keys * kv_heads * head_dim;
    // Memory that host and device both reach, so that the reference engine can read the same arrays.
    fv::bf16 *q, *k, *v;
    float* o;
    cudaMallocManaged(reinterpret_cast<void**>(&q), of_query * sizeof(fv::bf16));
    cudaMallocManaged(reinterpret_cast<void**>(&k), of_cache * sizeof(fv::bf16));
    cudaMallocManaged(reinterpret_cast<void**>(&v), of_cache * sizeof(fv::bf16));
    cudaMallocManaged(reinterpret_cast<void**>(&o), of_query * sizeof(float));
    const auto wave = [](std::size_t i) { return fv::bf16{std::sin(static_cast<float>(i * i % 1009))}; };
    for (std::size_t i = 0; i < of_query; ++i) q[i] = wave(i);
    for (std::size_t i = 0; i < of_cache; ++i) k[i] = wave(i + 7), v[i] = wave(3 * i);

    fv::workspace scratch;
    scratch.bytes = with_attention(q, k, v, o, [](auto a) { return fv::workspace_bytes(fv::cuda_decode(), a); });
    cudaMalloc(&scratch.data, static_cast<std::size_t>(scratch.bytes));
    const cudaStream_t stream = nullptr;
    const fv::status ran =
        with_attention(q, k, v, o, [&](auto a) { return fv::try_run(fv::cuda_decode(stream, scratch), a); });
    if (!ran.ok() || cudaDeviceSynchronize() != cudaSuccess) {
        std::printf("not run: %s\n", ran.sentence());
        return 1;
    }
    std::vector<float> right(of_query);
    const fv::status defined =
        with_attention(q, k, v, right.data(), [](auto a) { return fv::try_run(fv::reference(), a); });
    if (!defined.ok()) return 1;
    float worst = 0;
    for (std::size_t i = 0; i < of_query; ++i) worst = std::fmax(worst, std::fabs(o[i] - right[i]));
    std::printf("o within %.1e of the definition in double, in a workspace of %lld bytes\n", static_cast<double>(worst),
                static_cast<long long>(scratch.bytes));
    return worst <= 0x1p-8f ? 0 : 1; // weights rounded to bf16 (2^-9 each) over values of at most 1
}
