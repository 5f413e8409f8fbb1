// What launch/ promises of a run: it can be captured and replayed, respects the current device and the stream given,
// allocates nothing and waits for nothing.
#include <cuda_runtime_api.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <fovea/engine/reference/engine.hpp>
#include <fovea/fovea.cuh>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::literals;

namespace {

constexpr fv::index length = 300, heads = 4;
constexpr std::size_t size = length * heads * 128; // of q, k, v and o each; the tiles take more than 48 KB

void need(cudaError_t code) {
    INFO(cudaGetErrorString(code));
    REQUIRE(code == cudaSuccess);
}

// o = causal attention of what lies at `operands`: q, k and v one after the other.
template <class T> auto causal(T* operands, float* output) {
    const auto axes = fv::bshd(1, length, heads, 128_c);
    const auto q = fv::tensor(operands, axes), k = fv::tensor(operands + size, axes),
               v = fv::tensor(operands + 2 * size, axes);
    return fv::tensor(output, axes) = fv::sum(fv::softmax(fv::where(fv::causal, fv::scaled_dot(q, k))) * v);
}

// One problem in the memory of the device that is current when it is made.
class problem {
public:
    explicit problem(unsigned seed) : host_(3 * size), got_(size) {
        need(cudaMalloc(reinterpret_cast<void**>(&operands_), 3 * size * sizeof(fv::bf16)));
        need(cudaMalloc(reinterpret_cast<void**>(&output_), size * sizeof(float)));
        draw(seed);
    }
    problem(problem const&) = delete;
    ~problem() {
        cudaFree(operands_);
        cudaFree(output_);
    }

    // Other numbers where the old ones lie, and an output that nobody computed.
    void draw(unsigned seed) {
        std::mt19937 bits(seed);
        std::normal_distribution<float> normal;
        for (fv::bf16& x : host_) x = fv::bf16{normal(bits)};
        need(cudaMemcpy(operands_, host_.data(), host_.size() * sizeof(fv::bf16), cudaMemcpyHostToDevice));
        need(cudaMemset(output_, 0xff, size * sizeof(float)));
    }
    auto assignment() const { return causal(operands_, output_); }

    // The largest difference from the definition; waits for the device.
    float error() {
        need(cudaDeviceSynchronize());
        need(cudaMemcpy(got_.data(), output_, size * sizeof(float), cudaMemcpyDeviceToHost));
        std::vector<float> right(size);
        fv::run(fv::reference(), causal(host_.data(), right.data()));
        float worst = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const float difference = std::fabs(got_[i] - right[i]);
            if (std::isnan(difference)) return difference;
            worst = std::fmax(worst, difference);
        }
        return worst;
    }

private:
    std::vector<fv::bf16> host_;
    std::vector<float> got_;
    fv::bf16* operands_ = nullptr;
    float* output_ = nullptr;
};

// Weights are rounded to bf16, half of 2^-8 each at the most, and values are seldom beyond 4.
constexpr float rounding = 0x1p-9f * 8;

struct stream {
    cudaStream_t handle = nullptr;
    stream() { need(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking)); }
    stream(stream const&) = delete;
    ~stream() { cudaStreamDestroy(handle); }
};

int devices() {
    int n = 0;
    need(cudaGetDeviceCount(&n));
    return n;
}

} // namespace

TEST_CASE("a run is captured, and replayed on other numbers", "[sanitize]") {
    problem x(1);
    const stream s;
    cudaGraph_t graph;
    cudaGraphExec_t captured;
    need(cudaStreamBeginCapture(s.handle, cudaStreamCaptureModeGlobal));
    fv::run(fv::cuda(s.handle), x.assignment());
    need(cudaStreamEndCapture(s.handle, &graph));
    std::size_t nodes = 0;
    need(cudaGraphGetNodes(graph, nullptr, &nodes));
    CHECK(nodes == 1); // the kernel and nothing else
    need(cudaGraphInstantiate(&captured, graph, 0));
    CHECK(!(x.error() <= rounding)); // captured, not run
    for (unsigned seed : {1u, 2u, 3u}) {
        x.draw(seed);
        need(cudaGraphLaunch(captured, s.handle));
        CHECK(x.error() <= rounding);
    }
    need(cudaGraphExecDestroy(captured));
    need(cudaGraphDestroy(graph));
}

TEST_CASE("a run waits for nothing, and streams do not wait for each other") {
    struct gate {
        std::atomic<bool> open = false, gave_up = false;
    } held;
    const auto wait_at_gate = [](void* data) {
        gate& g = *static_cast<gate*>(data);
        const auto start = std::chrono::steady_clock::now();
        while (!g.open && !g.gave_up) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            if (std::chrono::steady_clock::now() - start > std::chrono::seconds(20)) g.gave_up = true;
        }
    };
    problem behind(1), beside(2);
    const stream first, second;
    fv::run(fv::cuda(second.handle), beside.assignment()); // loads the kernel
    beside.draw(3);
    need(cudaLaunchHostFunc(first.handle, wait_at_gate, &held));
    fv::run(fv::cuda(first.handle), behind.assignment());
    fv::run(fv::cuda(second.handle), beside.assignment());
    need(cudaStreamSynchronize(second.handle));
    CHECK(cudaStreamQuery(first.handle) == cudaErrorNotReady);
    CHECK(!held.gave_up);
    held.open = true;
    CHECK(behind.error() <= rounding);
    CHECK(beside.error() <= rounding);
}

TEST_CASE("a run allocates nothing on the device") {
    problem x(1);
    fv::run(fv::cuda(), x.assignment()); // loads the kernel
    need(cudaDeviceSynchronize());
    std::size_t before = 0, after = 0, all = 0;
    need(cudaMemGetInfo(&before, &all));
    for (int i = 0; i < 20; ++i) fv::run(fv::cuda(), x.assignment());
    need(cudaMemGetInfo(&after, &all)); // the last ones may still be running
    CHECK(before == after);
    need(cudaDeviceSynchronize());
    need(cudaMemGetInfo(&after, &all));
    CHECK(before == after);
    CHECK(x.error() <= rounding);
}

TEST_CASE("a run is on the current device and leaves it current") {
    if (devices() < 2) {
        WARN("one device: several are not tested");
        return;
    }
    // What a kernel may take of shared memory is said to each device by itself.
    for (int device : {0, 1, 0}) {
        need(cudaSetDevice(device));
        {
            problem x(static_cast<unsigned>(device) + 5);
            const stream s;
            fv::run(fv::cuda(s.handle), x.assignment());
            CHECK(x.error() <= rounding);
        }
        int current = -1;
        need(cudaGetDevice(&current));
        CHECK(current == device);
    }
}

TEST_CASE("a stream of another device than the current one is refused, and nothing is written") {
    if (devices() < 2) {
        WARN("one device: several are not tested");
        return;
    }
    need(cudaSetDevice(1));
    const stream of_second;
    need(cudaSetDevice(0));
    problem x(1);
    const fv::status ran = fv::try_run(fv::cuda(of_second.handle), x.assignment());
    CHECK(std::string(ran.sentence()).find("fovea: the device refuses the launch: ") == 0);
    CHECK(!(x.error() <= rounding));
    fv::run(fv::cuda(), x.assignment()); // the refusal is not reported to whoever comes next
    CHECK(x.error() <= rounding);
}
