// What is particular to a GPU: streams and graphs, a number of channels that only the run knows, and what would run.
//
//     nvcc -std=c++20 -arch=native -I include examples/09_streams.cu && ./a.out
//
// The other examples are compiled for GPUs as they are; this one is CUDA's alone.
#include <cuda_runtime_api.h>

#include "sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;

constexpr fv::index length = 500, heads = 4;

// The assignment: nothing happens before it is run.
template <class Channels> auto causal(Channels channels, sample::element const* operands, float* output) {
    const auto axes = fv::bshd(1, length, heads, channels);
    const fv::index size = length * heads * channels.value;
    const auto q = fv::tensor(operands, axes), k = fv::tensor(operands + size, axes),
               v = fv::tensor(operands + 2 * size, axes);
    return fv::tensor(output, axes) = fv::sum(fv::softmax(fv::where(fv::causal, fv::scaled_dot(q, k))) * v);
}

int main(int argc, char**) {
    const fv::index head_dim = argc > 1 ? 128 : 64, size = length * heads * head_dim;
    const auto operands = sample::numbers(3 * size, 1);
    sample::vector<float> got(static_cast<std::size_t>(size)), expected(got);
    cudaStream_t stream;
    sample::need(cudaStreamCreate(&stream));

    // One kernel for each of the sizes listed; the run chooses.
    const bool listed = fv::dispatch<64, 128>(head_dim, [&](auto channels) {
        const auto output = causal(channels, operands.data(), got.data());
        std::printf("%s", to_string(fv::describe(fv::cuda(stream), output)).c_str());

        // A run allocates nothing and waits for nothing: it can be captured, and replayed on other numbers.
        cudaGraph_t graph;
        cudaGraphExec_t captured;
        sample::need(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
        fv::run(fv::cuda(stream), output);
        sample::need(cudaStreamEndCapture(stream, &graph));
        sample::need(cudaGraphInstantiate(&captured, graph, 0));
        sample::need(cudaGraphLaunch(captured, stream));
        sample::need(cudaStreamSynchronize(stream)); // whoever looks waits

        fv::run(fv::reference(), causal(channels, operands.data(), expected.data()));
        sample::need(cudaGraphExecDestroy(captured));
        sample::need(cudaGraphDestroy(graph));
    });
    sample::need(cudaStreamDestroy(stream));
    if (!listed) std::printf("no kernel was made for %lld channels\n", static_cast<long long>(head_dim));
    return sample::verdict("causal, from a graph", got, expected, 64) + (listed ? 0 : 1);
}
