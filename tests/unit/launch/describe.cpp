// describe: the numbers are those of a count by hand, and the scratch is what a run really takes.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fovea/describe.hpp>
#include <fovea/fovea.hpp>
#include <fovea/thread_pool.hpp>
#include <new>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

// What this program holds of the heap, now and at most.
namespace {
std::atomic<std::int64_t> held = 0, most_held = 0;
constexpr std::size_t header = 64;
} // namespace
[[gnu::noinline]] void* operator new(std::size_t bytes, std::nothrow_t const&) noexcept {
    char* memory = static_cast<char*>(std::malloc(header + bytes));
    if (memory == nullptr) return nullptr;
    *reinterpret_cast<std::size_t*>(memory) = bytes;
    held += static_cast<std::int64_t>(bytes);
    most_held = std::max(held.load(), most_held.load());
    return memory + header;
}
[[gnu::noinline]] void* operator new(std::size_t bytes) {
    void* memory = operator new(bytes, std::nothrow);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void operator delete(void* data) noexcept {
    if (data == nullptr) return;
    char* memory = static_cast<char*>(data) - header;
    held -= static_cast<std::int64_t>(*reinterpret_cast<std::size_t*>(memory));
    std::free(memory);
}
void operator delete(void* data, std::size_t) noexcept { operator delete(data); }
void operator delete(void* data, std::nothrow_t const&) noexcept { operator delete(data); }

namespace {

// q, k, v, o of one attention, all of one element type.
template <class T, int Channels> struct operands {
    fv::index batches, queries, keys, heads, kv_heads;
    std::vector<T> q_data, k_data, v_data;
    std::vector<float> o_data;
    operands(fv::index b, fv::index n_queries, fv::index n_keys, fv::index h, fv::index h_kv)
        : batches(b),
          queries(n_queries),
          keys(n_keys),
          heads(h),
          kv_heads(h_kv),
          q_data(static_cast<std::size_t>(b * n_queries * h * Channels)),
          k_data(static_cast<std::size_t>(b * n_keys * h_kv * Channels)),
          v_data(k_data),
          o_data(q_data.size()) {}
    auto q() {
        return fv::at(fv::tensor(q_data.data(), fv::bshd(batches, queries, heads, channels())), keys - queries);
    }
    auto k() { return fv::tensor(k_data.data(), fv::bshd(batches, keys, kv_heads, channels())); }
    auto v() { return fv::tensor(v_data.data(), fv::bshd(batches, keys, kv_heads, channels())); }
    auto o() { return fv::tensor(o_data.data(), fv::bshd(batches, queries, heads, channels())); }
    static auto channels() { return fv::constant_size<Channels>{}; }
};

bool holds(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

template <class Engine, class A> void check_scratch(Engine&& engine, A const& assignment) {
    const fv::description d = fv::describe(engine, assignment);
    const std::int64_t before = held;
    most_held = before;
    fv::run(engine, assignment);
    const double taken = static_cast<double>(most_held - before), said = static_cast<double>(d.scratch_bytes);
    INFO(to_string(d) << "taken " << taken);
    CHECK(said <= taken * 1.05);
    CHECK(said >= taken * 0.9);
}

} // namespace

TEST_CASE("describe: tiles, flops and bytes of causal prefill") {
    operands<float, 64> x(2, 300, 300, 4, 2);
    const auto s = fv::where(fv::causal, fv::scaled_dot(x.q(), x.k()));
    const fv::description d = fv::describe(fv::cpu(), x.o() = fv::sum(fv::softmax(s) * x.v()));
    REQUIRE(d.refusal.empty());
    CHECK(d.engine == "cpu");
    CHECK(d.path == "prefill");
    CHECK(d.mask == "k_pos <= q_pos");
    CHECK(d.score == "dot(q, k) * 0.125");
    CHECK(d.outputs == "fp32[2][4][300][64] = sum(softmax(s) * v)\n");
    fv::census by_hand;
    for (fv::index q = 0; q < 300; q += d.tile.queries)
        for (fv::index k = 0; k < 300; k += d.tile.keys) {
            const fv::index last_q = std::min<fv::index>(q + d.tile.queries, 300) - 1;
            const fv::index last_k = std::min<fv::index>(k + d.tile.keys, 300) - 1;
            if (k > last_q) ++by_hand.dead;
            else {
                ++(last_k <= q ? by_hand.full : by_hand.partial);
                by_hand.live_elements += (last_q - q + 1) * (last_k - k + 1);
            }
        }
    CHECK(d.counted.full == 8 * by_hand.full);
    CHECK(d.counted.partial == 8 * by_hand.partial);
    CHECK(d.counted.dead == 8 * by_hand.dead);
    CHECK(d.flops_live == 8 * by_hand.live_elements * 4 * 64);
    CHECK(d.flops_useful == 8 * (300 * 301 / 2) * 4 * 64);
    CHECK(d.counted.bytes_read == (2 * 300 * 4 * 64 + 2 * 2 * 300 * 2 * 64) * 4);
    CHECK(d.counted.bytes_written == 2 * 300 * 4 * 64 * 4);
    CHECK(holds(d.why, "prefill, not decode: 600 query rows share a key head, 300 of each query head"));
    CHECK(holds(d.why, "products in fp32: q is fp32, k is fp32, v is fp32"));
}

TEST_CASE("describe: decode reads the keys of its window alone") {
    operands<fv::bf16, 64> x(1, 1, 4096, 8, 2);
    const auto s = fv::where(fv::sliding_window(128), fv::scaled_dot(x.q(), x.k()));
    const fv::description d = fv::describe(fv::cpu(), x.o() = fv::sum(fv::softmax(s) * x.v()));
    CHECK(d.path == "decode");
    CHECK(d.flops_useful == 8 * 128 * 4 * 64);
    CHECK(d.counted.bytes_read == (8 * 64 + 2 * 2 * 128 * 64) * 2);
    CHECK(holds(d.why, "decode, not prefill: 4 query rows share a key head, 1 of each query head"));
}

TEST_CASE("describe: which products bf16 takes and why") {
    operands<fv::bf16, 64> x(1, 40, 40, 1, 1);
    const auto p = fv::softmax(fv::where(fv::causal, fv::scaled_dot(x.q(), x.k())));
    const fv::description d = fv::describe(fv::cpu(), x.o() = fv::sum(p * x.v()));
    if (fv::native_isa.bf16_tiles)
        CHECK(holds(d.why, "products of bf16 in the matrix unit (AMX): q, k and v are bf16"));
    else if (fv::native_isa.bf16_pairs) CHECK(holds(d.why, "products of bf16 pairs: q, k and v are bf16"));
    else CHECK(holds(d.why, "products in fp32, though q, k and v are bf16: "));
}

TEST_CASE("describe: masks of heads and batches, and what cannot be counted") {
    operands<float, 64> x(2, 100, 100, 2, 2);
    const std::vector<int> lengths{10, 100};
    const auto s = fv::scaled_dot(x.q(), x.k());
    const auto padded = fv::where(fv::padding(fv::table(lengths)) && (head == 0 || fv::causal), s);
    const fv::description d = fv::describe(fv::reference(), x.o() = fv::sum(fv::softmax(padded) * x.v()));
    CHECK(d.counted.attended == 100 * 10 + (100 * 10 - 45) + 100 * 100 + 5050);
    CHECK(d.counted.bytes_read == 3 * (2 * 2 * 100 * 64 * 4) + 2 * 4);
    const auto by_score = fv::where(s > 0.f, s);
    const fv::description unknown = fv::describe(fv::cpu(), x.o() = fv::sum(fv::softmax(by_score) * x.v()));
    CHECK(unknown.flops_useful == -1);
    CHECK(unknown.counted.full == 0);
    CHECK(unknown.counted.dead == 0);
    CHECK(holds(to_string(unknown), "useful part not counted"));
}

TEST_CASE("describe: a refusal is the sentence, a copy its bytes") {
    operands<float, 64> x(1, 100, 200, 2, 2);
    auto q = fv::tensor(x.q_data.data(), fv::bshd(1, 100, 3, 64_c));
    const fv::description d = fv::describe(fv::cpu(), x.o() = fv::sum(fv::softmax(fv::scaled_dot(q, x.k())) * x.v()));
    CHECK(holds(d.refusal, "the number of heads of q is 3 but that of k is 2"));
    CHECK(to_string(d) == "would not run: " + d.refusal + "\n");
    const fv::description copy = fv::describe(fv::cpu(), x.o() = fv::scale(x.q(), 2));
    CHECK(copy.path == "copy");
    CHECK(copy.counted.bytes_read == 100 * 2 * 64 * 4);
    CHECK(copy.counted.bytes_written == copy.counted.bytes_read);
}

TEST_CASE("describe: the scratch it names is the scratch that a run takes") {
    const auto plain = [](auto& x) {
        const auto s = fv::where(fv::causal, fv::scaled_dot(x.q(), x.k()));
        return x.o() = fv::sum(fv::softmax(s) * x.v());
    };
    operands<float, 64> long_one(1, 700, 700, 4, 2), single_tile(1, 50, 5000, 1, 1), decode(1, 2, 5000, 4, 2);
    check_scratch(fv::cpu(), plain(long_one));
    check_scratch(fv::cpu().with_packing(1 << 10), plain(long_one));
    check_scratch(fv::cpu(), plain(single_tile));
    check_scratch(fv::cpu(), plain(decode));
    operands<fv::bf16, 128> wide(1, 300, 300, 2, 2);
    const auto s = fv::scaled_dot(wide.q(), wide.k()) - 0.1f * fv::abs(q_pos - k_pos);
    check_scratch(fv::cpu(), wide.o() = fv::sum(fv::softmax(s) * wide.v()));
}

// Packed keys and values of a head of 700 positions: 768 keys in tiles, 64 channels, 4 bytes, twice.
TEST_CASE("describe: heads are packed in waves, no more at a time than keep the workers busy") {
    constexpr fv::index pair_bytes = 768 * 64 * 4 * 2;
    operands<float, 64> many(1, 700, 700, 24, 24);
    const auto s = fv::scaled_dot(many.q(), many.k());
    const fv::description one = fv::describe(fv::cpu(), many.o() = fv::sum(fv::softmax(s) * many.v()));
    CHECK(holds(one.why, "packed ahead, 6 of 24 key heads at a time"));
    CHECK(one.scratch_bytes > 6 * pair_bytes);
    CHECK(one.scratch_bytes < 7 * pair_bytes + (1 << 20)); // and a worker's own
    fv::thread_pool two(2);
    const fv::description both = fv::describe(fv::cpu(two), many.o() = fv::sum(fv::softmax(s) * many.v()));
    CHECK(holds(both.why, "packed ahead, 12 of 24 key heads at a time"));
}
