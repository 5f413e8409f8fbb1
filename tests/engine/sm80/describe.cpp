// describe of the sm_80 engine, and what its kernel then does in the emulator: tiles, blocks and bytes are the same.
#include <fovea/fovea.hpp>
#include <string>
#include <vector>

#include "engine/sm80/described.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::literals;

namespace {

struct operands {
    std::vector<fv::fp16> data;
    std::vector<float> numbers;
    fv::index length, heads, kv_heads;
    operands(fv::index n, fv::index h, fv::index h_kv)
        : data(static_cast<std::size_t>(n * h * 64)), numbers(data.size()), length(n), heads(h), kv_heads(h_kv) {}
    auto q() { return fv::tensor(data.data(), fv::bshd(1, length, heads, 64_c)); }
    auto k() { return fv::tensor(data.data(), fv::bshd(1, length, kv_heads, 64_c)); }
    auto o() { return fv::tensor(numbers.data(), fv::bshd(1, length, heads, 64_c)); }
};

// Copies of 16 bytes that the kernel asks for: every block's queries, and keys and values of every live tile.
template <fv::tile_shape Tile, class Mask> void check_copies(Mask const& mask) {
    operands x(512, 4, 2);
    fv::simt::report said;
    const tests::emulated<Tile> engine{.said = &said};
    const auto s = fv::where(mask, fv::scaled_dot(x.q(), x.k()));
    const auto outputs = x.o() = fv::sum(fv::softmax(s) * x.k());
    const fv::description d = fv::describe(engine, outputs);
    INFO(to_string(d));
    REQUIRE(d.refusal.empty());
    fv::run(engine, outputs);
    const fv::index live = d.counted.full + d.counted.partial, chunks = 64 * 2 / 16;
    const fv::index copies = d.kernel.blocks * d.tile.queries * chunks + live * d.tile.keys * 2 * chunks;
    CHECK(said.count("copy_async") == static_cast<std::uint64_t>(copies));
    CHECK(live < live + d.counted.dead);
    CHECK(d.kernel.blocks == 4 * 512 / d.tile.queries);
}

constexpr fv::tile_shape narrow{.query = 64, .key = 32, .warps = 4, .stages = 2};

} // namespace

TEST_CASE("describe of sm_80: the kernel loads the tiles that were counted") {
    check_copies<fv::tile_shape{}>(fv::causal);
    check_copies<narrow>(fv::causal);
    check_copies<narrow>(fv::sliding_window(100) || fv::sink_tokens(4));
}

TEST_CASE("describe of sm_80: sections, order and what is left out without a device") {
    operands x(300, 2, 2);
    const tests::emulated<> engine;
    const auto s = fv::scaled_dot(x.q(), x.k());
    const fv::description d = fv::describe(engine, x.o() = fv::sum(fv::softmax(s) * x.k()));
    CHECK(d.engine == "sm_80, emulated");
    CHECK(d.kernel.registers == 0);
    CHECK(d.why.find("the tile is 128 queries by 112 keys for 64 and 64 channels: 4 warps of 32 rows, 1 stage") !=
          std::string::npos);
    CHECK(d.why.find("blocks begin with the last queries: the others attend no more keys") != std::string::npos);
    CHECK(d.why.find("heads at a time") == std::string::npos);
    CHECK(d.why.find("rotated") == std::string::npos);
}

// What is read for a head, or for a row, is read before the elements.
TEST_CASE("describe of sm_80: the less an expression asks of an element, the more keys has its tile") {
    operands x(300, 2, 2);
    const std::vector<float> slopes(2);
    const std::vector<std::int32_t> ids(300), lengths(1);
    const auto keys = [&](auto const& s) {
        return fv::describe(tests::emulated<>{}, x.o() = fv::sum(fv::softmax(s) * x.k())).tile.keys;
    };
    const auto s = fv::scaled_dot(x.q(), x.k());
    const auto biased = s + fv::alibi(slopes);
    const auto documents = fv::documents(fv::sorted(ids.data(), 1, 300));
    CHECK(keys(fv::where(fv::causal && fv::padding(lengths), fv::softcap(30.f, s))) == 112);
    CHECK(keys(fv::where(fv::causal, biased)) == 80);
    CHECK(keys(fv::where(documents, s)) == 80);
    CHECK(keys(fv::where(fv::terms::q_pos / 64 == fv::terms::k_pos / 64, s)) == 80);
    CHECK(keys(fv::where(documents, biased)) == 64);
    CHECK(keys(fv::apply([](float score) { return score; }, s)) == 64);
}

TEST_CASE("describe of sm_80: how often keys are rotated") {
    operands x(300, 4, 2); // three tiles of queries for each of the two heads that share keys
    const tests::emulated<> engine;
    const auto times = [&](auto q, auto k) {
        const auto s = fv::scaled_dot(q, fv::rope_pairs(k, fv::rope_plain{}));
        return fv::describe(engine, x.o() = fv::sum(fv::softmax(s) * x.k())).why;
    };
    CHECK(times(x.q(), x.k())
              .find("each key is rotated as it is read, at most 6 times; a copy beforehand, rotated = "
                    "rope_...(k, ...), does it once\n") != std::string::npos);
    operands once(100, 2, 2);
    const auto s = fv::scaled_dot(once.q(), fv::rope_pairs(once.k(), fv::rope_plain{}));
    CHECK(fv::describe(engine, once.o() = fv::sum(fv::softmax(s) * once.k()))
              .why.find("each key is rotated once, as it is read\n") != std::string::npos);
}
