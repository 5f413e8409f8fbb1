// longest_first on a device: documents whose table lies in the device's memory, the same bits as without, from a graph.
#include <cuda_runtime_api.h>

#include <cstring>
#include <fovea/engine/reference/engine.hpp>
#include <fovea/fovea.cuh>
#include <fovea/schedule.cuh>
#include <random>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::literals;

namespace {

constexpr fv::index length = 1000, heads = 4;
constexpr std::size_t size = length * heads * 64;

void need(cudaError_t code) {
    INFO(cudaGetErrorString(code));
    REQUIRE(code == cudaSuccess);
}
template <class T> struct on_device {
    T* data = nullptr;
    explicit on_device(std::size_t n) { need(cudaMalloc(reinterpret_cast<void**>(&data), n * sizeof(T))); }
    on_device(on_device const&) = delete;
    ~on_device() { cudaFree(data); }
};

template <class T> auto attention(T* operands, std::int32_t const* ids, float* output) {
    const auto axes = fv::bshd(1, length, heads, 64_c);
    const auto q = fv::tensor(operands, axes), k = fv::tensor(operands + size, axes),
               v = fv::tensor(operands + 2 * size, axes);
    const auto mask = fv::causal && fv::documents(fv::sorted(ids, 1, length));
    return fv::tensor(output, axes) = fv::sum(fv::softmax(fv::where(mask, fv::scaled_dot(q, k))) * v);
}

std::vector<float> fetched(float const* from) {
    need(cudaDeviceSynchronize());
    std::vector<float> x(size);
    need(cudaMemcpy(x.data(), from, size * sizeof(float), cudaMemcpyDeviceToHost));
    return x;
}

} // namespace

TEST_CASE("longest_first has the bits of the plain order, and follows tables that change", "[sanitize]") {
    std::mt19937 bits(1);
    std::normal_distribution<float> normal;
    std::vector<fv::bf16> host(3 * size);
    for (fv::bf16& x : host) x = fv::bf16{normal(bits)};
    const on_device<fv::bf16> operands(3 * size);
    const on_device<std::int32_t> ids(length);
    const on_device<float> plain(size), ordered(size);
    need(cudaMemcpy(operands.data, host.data(), 3 * size * sizeof(fv::bf16), cudaMemcpyHostToDevice));

    const auto output = attention(operands.data, ids.data, ordered.data);
    cudaStream_t stream;
    need(cudaStreamCreate(&stream));
    const fv::index bytes = fv::workspace_bytes(fv::longest_first(fv::cuda(stream)), output);
    REQUIRE(bytes > 0);
    const on_device<char> memory(static_cast<std::size_t>(bytes));
    const auto engine = fv::longest_first(fv::cuda(stream), {memory.data, bytes});
    CHECK(!fv::try_run(fv::longest_first(fv::cuda(stream), {memory.data, bytes - 1}), output).ok());

    cudaGraph_t graph;
    cudaGraphExec_t captured;
    need(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
    fv::run(engine, output);
    need(cudaStreamEndCapture(stream, &graph));
    need(cudaGraphInstantiate(&captured, graph, 0));
    for (fv::index document : {700, 50, 1000}) { // long ones first, then many short ones
        std::vector<std::int32_t> of_key(length);
        for (fv::index i = 0; i < length; ++i)
            of_key[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i < document ? 0 : 1 + (i - document) / 30);
        need(cudaMemcpy(ids.data, of_key.data(), length * sizeof(std::int32_t), cudaMemcpyHostToDevice));
        need(cudaMemset(ordered.data, 0xff, size * sizeof(float)));
        need(cudaGraphLaunch(captured, stream));
        const std::vector<float> got = fetched(ordered.data);
        fv::run(fv::cuda(stream), attention(operands.data, ids.data, plain.data));
        const std::vector<float> planned = fetched(plain.data);
        CHECK(std::memcmp(got.data(), planned.data(), size * sizeof(float)) == 0);
        std::vector<float> right(size);
        fv::run(fv::reference(), attention(host.data(), of_key.data(), right.data()));
        int wrong = 0;
        for (std::size_t i = 0; i < size; ++i) wrong += !(std::fabs(got[i] - right[i]) <= 0x1p-9f * 8);
        CHECK(wrong == 0);
    }
    need(cudaGraphExecDestroy(captured));
    need(cudaGraphDestroy(graph));
    need(cudaStreamDestroy(stream));
}
