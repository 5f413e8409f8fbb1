// describe of cuda(stream): what needs no device is said without one, and then that there is none.
#include <cuda_runtime_api.h>

#include <fovea/describe.cuh>
#include <fovea/fovea.cuh>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

namespace {

bool holds(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

bool is_device_here() {
    int devices = 0;
    return cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0;
}

struct operands {
    std::vector<fv::bf16> data;
    std::vector<float> numbers;
    fv::index batches, length, heads, kv_heads;
    operands(fv::index b, fv::index n, fv::index h, fv::index h_kv)
        : data(static_cast<std::size_t>(b * n * h * 64)),
          numbers(data.size()),
          batches(b),
          length(n),
          heads(h),
          kv_heads(h_kv) {}
    auto q() { return fv::tensor(data.data(), fv::bshd(batches, length, heads, 64_c)); }
    auto k() { return fv::tensor(data.data(), fv::bshd(batches, length, kv_heads, 64_c)); }
    auto o() { return fv::tensor(numbers.data(), fv::bshd(batches, length, heads, 64_c)); }
};

} // namespace

TEST_CASE("describe: the engine's own tile decides which tiles are live") {
    operands x(2, 512, 4, 2);
    const auto s = fv::where(fv::causal, fv::scaled_dot(x.q(), x.k()));
    const auto outputs = x.o() = fv::sum(fv::softmax(s) * x.k());
    const fv::description d = fv::describe(fv::cuda(), outputs);
    INFO(to_string(d));
    REQUIRE(d.refusal.empty());
    CHECK(d.engine == "cuda, sm_80");
    CHECK(holds(d.isa, "built for sm_"));
    CHECK(d.path == "forward");
    CHECK(d.tile.queries == 128);
    CHECK(d.tile.keys == 112);
    // 128 queries a row of tiles, 5 tiles of keys: 2 to 5 are live; those that end before the row are full
    CHECK(d.counted.partial == 8 * (2 + 2 + 2 + 2));
    CHECK(d.counted.full == 8 * (0 + 1 + 2 + 3));
    CHECK(d.counted.dead == 8 * (3 + 2 + 1 + 0));
    CHECK(d.flops_useful == 8 * (512 * 513 / 2) * 4 * 64);
    CHECK(d.counted.bytes_read == (2 * 512 * 4 + 2 * 2 * 512 * 2) * 64 * 2);
    CHECK(d.kernel.blocks == 8 * 4);
    CHECK(d.kernel.threads == 128);
    CHECK(d.kernel.shared_bytes == (128 + 112 + 112) * 64 * 2);
    CHECK(holds(d.why, "products of bf16 by mma.sync"));
    CHECK(holds(d.why, "blocks begin with the last queries"));
}

TEST_CASE("describe: another tile is counted by that tile") {
    operands x(1, 512, 1, 1);
    const auto s = fv::where(fv::causal, fv::scaled_dot(x.q(), x.k()));
    const auto narrow = fv::cuda().with<fv::tile_shape{.query = 64, .key = 32, .warps = 4, .stages = 1}>();
    const fv::description d = fv::describe(narrow, x.o() = fv::sum(fv::softmax(s) * x.k()));
    CHECK(d.tile.queries == 64);
    CHECK(d.tile.keys == 32);
    CHECK(d.counted.partial == 8 * 2);
    CHECK(d.kernel.blocks == 8);
}

TEST_CASE("describe: the device's part, or the sentence that there is none") {
    operands x(1, 300, 2, 2);
    const auto s = fv::scaled_dot(x.q(), x.k());
    const fv::description d = fv::describe(fv::cuda(), x.o() = fv::sum(fv::softmax(s) * x.k()));
    const std::string text = to_string(d);
    INFO(text);
    CHECK(holds(text, "blocks    6 of 128 threads and "));
    CHECK(!holds(text, "worker"));
    if (is_device_here()) {
        CHECK(d.kernel.without_device.empty());
        CHECK(!d.kernel.device.empty());
        CHECK(d.kernel.registers > 0);
        CHECK(d.kernel.registers <= 255);
        CHECK(d.kernel.spilled_bytes == 0);
        CHECK(d.kernel.blocks_at_once >= 1);
        CHECK(d.kernel.waves > 0);
        CHECK(holds(text, "registers a thread, nothing spilled"));
    } else {
        CHECK(holds(text, "device    there is no device to ask for registers and occupancy: "));
        CHECK(d.kernel.registers == 0);
        CHECK(d.kernel.waves == 0);
        CHECK(!holds(text, "kernel  "));
    }
}

TEST_CASE("describe: tables on the host are asked, those of a device are not") {
    operands x(1, 256, 1, 1);
    const std::vector<std::int32_t> ids(256, 3), lengths{100};
    const auto s = fv::scaled_dot(x.q(), x.k());
    const auto padded = fv::where(fv::padding(fv::table(lengths)), s);
    const fv::description d = fv::describe(fv::cuda(), x.o() = fv::sum(fv::softmax(padded) * x.k()));
    CHECK(d.countable);
    CHECK(d.counted.attended == 256 * 100);
    CHECK(holds(d.why, "the mask reads tables, and is not asked"));
    if (!is_device_here()) return;
    std::int32_t* there = nullptr;
    REQUIRE(cudaMalloc(reinterpret_cast<void**>(&there), 4) == cudaSuccess);
    const auto unseen = fv::where(fv::padding(fv::table(there, 1)), s);
    const fv::description u = fv::describe(fv::cuda(), x.o() = fv::sum(fv::softmax(unseen) * x.k()));
    CHECK(!u.countable);
    CHECK(u.flops_useful == -1);
    CHECK(holds(to_string(u), "not counted, the mask reads memory that the host does not"));
    cudaFree(there);
}

TEST_CASE("describe: fp32 says what its products are") {
    operands x(1, 256, 1, 1);
    const std::vector<float> own(256 * 64); // an output may not lie where keys and values do
    const auto q = fv::tensor(own.data(), fv::bshd(1, 256, 1, 64_c));
    const auto outputs = x.o() = fv::sum(fv::softmax(fv::scaled_dot(q, q)) * q);
    CHECK(holds(fv::describe(fv::cuda(), outputs).why, "products of fp32, each as three of tf32 by mma.sync"));
    const auto rounded = fv::cuda().with<fv::precision::tf32>();
    CHECK(holds(fv::describe(rounded, outputs).why, "products of fp32, rounded to tf32 by mma.sync"));
}

TEST_CASE("describe: decoding says its pieces, and what a larger workspace would do") {
    operands x(1, 4096, 8, 2);
    const auto q = fv::at(fv::tensor(x.data.data(), fv::bshd(1, 1, 8, 64_c)), 4095);
    const auto o = fv::tensor(x.numbers.data(), fv::bshd(1, 1, 8, 64_c));
    const auto s = fv::where(fv::sliding_window(1024), fv::scaled_dot(q, x.k()));
    const auto outputs = o = fv::sum(fv::softmax(s) * x.k());
    const fv::description without = fv::describe(fv::cuda_decode(), outputs);
    INFO(to_string(without));
    CHECK(without.refusal.empty());
    CHECK(without.path == "decode, one kernel");
    CHECK(without.kernel.blocks == 2);
    CHECK(without.scratch_bytes == 0);
    CHECK(without.counted.full + without.counted.partial == 8 * (1024 / 64)); // of head size 64: 64 keys a tile
    CHECK(holds(without.why, "4 rows share a key head"));
    CHECK(holds(without.why, "the keys are cut into 1 piece, because the workspace has 0 bytes and not "));

    const fv::index bytes = fv::workspace_bytes(fv::cuda_decode(), outputs);
    alignas(32) static char memory[1 << 20];
    REQUIRE(bytes <= fv::index{sizeof memory});
    const fv::description with = fv::describe(fv::cuda_decode(nullptr, {memory, bytes}), outputs);
    CHECK(with.path == "decode and merge");
    CHECK(with.kernel.blocks == 2 * 4096 / 256);
    CHECK(with.scratch_bytes == bytes);
    CHECK(holds(with.why, "the keys are cut into 16 pieces\n"));
}

TEST_CASE("describe: refusals are those of a run") {
    operands x(1, 100, 3, 2);
    const auto s = fv::scaled_dot(x.q(), x.k());
    const auto outputs = x.o() = fv::sum(fv::softmax(s) * x.k());
    const fv::status ran = fv::try_run(fv::cuda(), outputs);
    CHECK(!ran.ok());
    CHECK(fv::describe(fv::cuda(), outputs).refusal == ran.sentence());
    CHECK(fv::describe(fv::cuda(), outputs).engine.empty());
}
