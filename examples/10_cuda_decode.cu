// Decoding on a GPU: one new query against a cache of 5000 keys, four query heads to a key head, the keys cut into
// pieces that a second kernel merges in a workspace of the caller's.
//
//     nvcc -std=c++20 -arch=native -I include examples/10_cuda_decode.cu && ./a.out
//
// On a CPU fovea::cpu() decodes by itself; on a GPU it is an engine of its own, because of the workspace.
#include <cuda_runtime_api.h>

#include "sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;

int main() {
    const fv::index keys = 5000, heads = 8, kv_heads = 2;
    const auto q_data = sample::numbers(heads * 128, 1), k_data = sample::numbers(keys * kv_heads * 128, 2),
               v_data = sample::numbers(keys * kv_heads * 128, 3);
    const auto k = fv::tensor(k_data.data(), fv::bshd(1, keys, kv_heads, 128_c));
    const auto v = fv::tensor(v_data.data(), fv::bshd(1, keys, kv_heads, 128_c));
    const auto q = fv::at(fv::tensor(q_data.data(), fv::bshd(1, 1, heads, 128_c)), keys - 1); // the newest position

    const auto s = fv::where(fv::causal && (fv::sliding_window(4096) || fv::sink_tokens(4)), fv::scaled_dot(q, k));
    sample::vector<float> got(static_cast<std::size_t>(heads * 128)), expected(got);
    const auto to = [&](sample::vector<float>& data) {
        return fv::tensor(data.data(), fv::bshd(1, 1, heads, 128_c)) = fv::sum(fv::softmax(s) * v);
    };

    cudaStream_t stream;
    sample::need(cudaStreamCreate(&stream));
    // With less there are fewer pieces; without any, one.
    const fv::index bytes = fv::workspace_bytes(fv::cuda_decode(), to(got));
    sample::vector<char> memory(static_cast<std::size_t>(bytes));
    std::printf("a workspace of %lld bytes\n", static_cast<long long>(bytes));
    fv::run(fv::cuda_decode(stream, {memory.data(), bytes}), to(got));
    sample::need(cudaStreamSynchronize(stream)); // whoever looks waits

    fv::run(fv::reference(), to(expected));
    sample::need(cudaStreamDestroy(stream));
    return sample::verdict("decoding", got, expected, 128);
}
