// Bad input: not ok, a sentence that names the argument and the two numbers, and nothing is written.
#include <cstring>
#include <fovea/fovea.hpp>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/generators.hpp"

namespace fv = fovea;
using std::int64_t;

namespace {

using view = fv::strided_view<float, fv::index>;
using statistic = fv::strided_view<float, fv::constant_size<1>>;

// A call that is in order, to be spoiled in one place. One type of call for all, so that the engine is compiled once.
struct call {
    std::vector<float> memory = std::vector<float>(20000, 0.25f), written = std::vector<float>(20000);
    std::vector<float> slopes = std::vector<float>(4, 0.5f), bias_memory = std::vector<float>(4 * 6 * 6, 0.f);
    view q, k, v, o, bias;
    statistic l;
    fv::table_view<float> table{slopes.data(), 1, 4};

    call() {
        for (float& x : written) x = tests::poison<float>();
        q = fv::tensor(memory.data(), fv::bshd(2, 6, 4, int64_t{8}));
        k = fv::tensor(memory.data() + 1000, fv::bshd(2, 6, 2, int64_t{8}));
        v = fv::tensor(memory.data() + 2000, fv::bshd(2, 6, 2, int64_t{16}));
        o = fv::tensor(written.data(), fv::bshd(2, 6, 4, int64_t{16}));
        l = fv::tensor(written.data() + 10000, fv::bhs(2, 4, 6));
        bias = fv::tensor(bias_memory.data(), fv::bhqk(1, 4, 6, 6));
    }
    fv::status run() {
        auto engine = fv::cpu();
        const auto s = fv::where(fv::causal, fv::scaled_dot(q, k) + fv::alibi(table) + fv::bias(bias));
        return fv::try_run(engine, o = fv::sum(fv::softmax(s) * v), l = fv::logsumexp(s));
    }
    bool untouched() const {
        for (float x : written)
            if (!tests::is_poison(x)) return false;
        return true;
    }
};

// Spoils a call; the sentence has to hold every word.
void refused(char const* what, std::function<void(call&)> const& spoil, std::vector<std::string> const& words) {
    call c;
    spoil(c);
    const fv::status s = c.run();
    INFO(what << ": '" << s.sentence() << "'");
    CHECK_FALSE(s.ok());
    CHECK(c.untouched());
    const std::string sentence = s.sentence();
    CHECK(sentence.rfind("fovea: ", 0) == 0);
    for (std::string const& word : words) {
        INFO("'" << word << "' is missing");
        CHECK(sentence.find(word) != std::string::npos);
    }
}

} // namespace

TEST_CASE("a call in order runs", "[refusals]") {
    call c;
    const fv::status s = c.run();
    CHECK(s.ok());
    CHECK(std::string(s.sentence()).empty());
    CHECK_FALSE(c.untouched());
}

TEST_CASE("shapes that do not fit are refused with both numbers", "[refusals]") {
    refused("batches of k", [](call& c) { c.k.layout.extent.batches = c.v.layout.extent.batches = 1; },
            {"batch", "q", "k", "2", "1"});
    refused("batches of v", [](call& c) { c.v.layout.extent.batches = 3; }, {"batch", "v", "3", "2"});
    refused("heads of k", [](call& c) { c.k.layout.extent.heads = c.v.layout.extent.heads = 3; },
            {"heads", "q", "4", "3"});
    refused("heads of v", [](call& c) { c.v.layout.extent.heads = 1; }, {"heads", "v", "1", "2"});
    refused("channels of q", [](call& c) { c.q.layout.channels = 7; }, {"channels", "q", "7", "8"});
    refused("positions of v", [](call& c) { c.v.layout.extent.positions = 5; }, {"positions", "v", "5", "6"});
    refused("channels of o", [](call& c) { c.o.layout.channels = 8; }, {"output 1", "8 channels", "16"});
    refused("positions of o", [](call& c) { c.o.layout.extent.positions = 5; }, {"output 1", "5 positions", "6"});
    refused("heads of l", [](call& c) { c.l.layout.extent.heads = 2; }, {"output 2", "2 heads", "4"});
    refused("batches of l", [](call& c) { c.l.layout.extent.batches = 1; }, {"output 2", "1 batches", "2"});
    refused("queries of the bias", [](call& c) { c.bias.layout.extent.positions = 5; }, {"bias", "queries", "5", "6"});
    refused("keys of the bias", [](call& c) { c.bias.layout.channels = 4; }, {"bias", "keys", "4", "6"});
    refused("heads of the bias", [](call& c) { c.bias.layout.extent.heads = 2; }, {"bias", "heads", "2", "4"});
}

TEST_CASE("zero and negative sizes are refused", "[refusals]") {
    refused("no batch", [](call& c) { c.q.layout.extent.batches = 0; }, {"q", "0 batches"});
    refused("no head", [](call& c) { c.k.layout.extent.heads = 0; }, {"k", "0 heads"});
    refused("no query", [](call& c) { c.q.layout.extent.positions = 0; }, {"q", "0 positions"});
    refused("fewer than no keys", [](call& c) { c.k.layout.extent.positions = -1; }, {"k", "-1 positions"});
    refused("no channel", [](call& c) { c.q.layout.channels = c.k.layout.channels = 0; }, {"q", "0 channels"});
    refused("an empty table", [](call& c) { c.table.columns = 0; }, {"table", "0"});
}

TEST_CASE("null data is refused", "[refusals]") {
    refused("q", [](call& c) { c.q.data = nullptr; }, {"q", "null"});
    refused("k", [](call& c) { c.k.data = nullptr; }, {"k", "null"});
    refused("v", [](call& c) { c.v.data = nullptr; }, {"v", "null"});
    refused("o", [](call& c) { c.o.data = nullptr; }, {"output 1", "null"});
    refused("l", [](call& c) { c.l.data = nullptr; }, {"output 2", "null"});
    refused("a table", [](call& c) { c.table.data = nullptr; }, {"table", "null"});
    refused("a bias", [](call& c) { c.bias.data = nullptr; }, {"bias", "null"});
}

TEST_CASE("negative strides, strides of 0 on outputs, and pointers between elements are refused", "[refusals]") {
    refused("head stride of q", [](call& c) { c.q.layout.stride.head = -8; }, {"q", "head stride", "-8"});
    refused("position stride of v", [](call& c) { c.v.layout.stride.position = -1; }, {"v", "position stride", "-1"});
    refused("channel stride of o", [](call& c) { c.o.layout.stride.channel = -1; },
            {"output 1", "channel stride", "-1"});
    refused("an output over itself", [](call& c) { c.o.layout.stride.head = 0; },
            {"output 1", "head stride", "0", "4"});
    refused("heads of an output that lie in its positions", [](call& c) { c.o.layout.stride.head = 64; },
            {"output 1", "heads", "stride 64 over 4", "positions of stride 64 over 6"});
    refused("positions closer than their channels", [](call& c) { c.o.layout.stride.position = 5; },
            {"output 1", "positions of stride 5 over 6", "channels", "stride 1 over 16"});
    refused("three axes of which no two meet", [](call& c) { c.o.layout.stride = {16000, 17, 41, 24}; }, // 41 = 17 + 24
            {"output 1", "elements may meet", "16000, 17, 41 and 24"});
    const auto shift = [](float* p) { return reinterpret_cast<float*>(reinterpret_cast<char*>(p) + 2); };
    refused("q between elements", [&](call& c) { c.q.data = shift(c.q.data); }, {"q", "2 bytes", "4 bytes"});
    refused("l between elements", [&](call& c) { c.l.data = shift(c.l.data); }, {"output 2", "2 bytes", "4 bytes"});
}

TEST_CASE("unstated positions are refused where lengths differ and the expression compares positions", "[refusals]") {
    const auto shorter = [](call& c) {
        c.q.layout.extent.positions = c.o.layout.extent.positions = c.l.layout.extent.positions = 3;
        c.bias.layout.extent.positions = 1;
    };
    refused("3 queries of 6 keys", shorter, {"positions", "q", "k", "3", "6", "align_ends"});
    call stated;
    shorter(stated);
    stated.q = fv::align_ends(stated.q, stated.k);
    CHECK(stated.q.first == 3);
    CHECK(stated.run().ok());
    call placed;
    shorter(placed);
    placed.q = fv::at(placed.q, 0);
    CHECK(placed.run().ok());
}

TEST_CASE("positions so far away that their sums would leave 64 bits are refused", "[refusals]") {
    constexpr int64_t far = (int64_t{1} << 62) + 1;
    refused("q", [](call& c) { c.q = fv::at(c.q, far); }, {"q begins at position", "4611686018427387905", "move all"});
    refused("k", [](call& c) { c.k = fv::at(c.k, -far); }, {"k begins at position -4611686018427387905"});
    call c;
    c.q = fv::at(c.q, far - 1);
    c.k = fv::at(c.k, far - 1);
    CHECK(c.run().ok());
}

TEST_CASE("values and outputs stand where the rows they follow do: another position is refused", "[refusals]") {
    refused("v", [](call& c) { c.v = fv::at(c.v, 4); },
            {"v is placed at position 4", "k begins at position 0", "place k"});
    refused("o", [](call& c) { c.o = fv::at(c.o, 7); }, {"output 1 is placed at position 7", "q begins at position 0"});
    refused("l", [](call& c) { c.l = fv::at(c.l, 7); }, {"output 2 is placed at position 7", "place q"});
    call c;
    c.q = fv::at(c.q, 9);
    c.o = fv::at(c.o, 9);
    c.k = fv::at(c.k, 9);
    c.v = fv::at(c.v, 9);
    CHECK(c.run().ok());
}

TEST_CASE("a table read by batch or head has an entry or a row for each of them, or is refused", "[refusals]") {
    refused("slopes", [](call& c) { c.table.columns = 3; }, {"a table read by head has 3 entries", "4 heads"});
    call c;
    const std::vector<int> lengths{6, 5}, too_few{6};
    const std::vector<float> by_kv_head(2 * 6, 0.5f);
    const auto padded = [&](std::vector<int> const& n) {
        const auto s = fv::where(fv::padding(fv::table(n)), fv::dot(c.q, c.k));
        return fv::try_run(fv::cpu(), c.l = fv::logsumexp(s));
    };
    CHECK(padded(lengths).ok());
    CHECK(std::string(padded(too_few).sentence()).find("read by batch has 1 entries but the attention has 2 batches") !=
          std::string::npos);
    const auto biased = [&](fv::table_view<float> t) {
        const auto s = fv::dot(c.q, c.k) + fv::lookup(t, fv::terms::kv_head, fv::terms::k_pos);
        return fv::try_run(fv::cpu(), c.l = fv::logsumexp(s));
    };
    c.k.layout.extent.heads = c.v.layout.extent.heads = 4;
    CHECK(std::string(biased(fv::table(by_kv_head.data(), 2, 6)).sentence())
              .find("read by kv_head has 2 rows but the attention has 4 heads of keys") != std::string::npos);
    CHECK(biased(fv::table(by_kv_head.data(), 1, 6)).ok());
}

TEST_CASE("outputs may be interleaved", "[refusals]") {
    call c;
    c.o.layout.stride = {1600, 2, 8, 128}; // batch, head, position, channel
    CHECK(std::string(c.run().sentence()).empty());
}

TEST_CASE("a negative packing budget is refused", "[refusals]") {
    call c;
    auto engine = fv::cpu().with_packing(-1);
    const fv::status s = fv::try_run(engine, c.o = fv::sum(fv::softmax(fv::scaled_dot(c.q, c.k)) * c.v));
    CHECK(std::string(s.sentence()).find("with_packing is given -1 bytes") != std::string::npos);
    CHECK(c.untouched());
}

TEST_CASE("an axis of extent 1 may have any stride", "[refusals]") {
    call c;
    c.bias.layout.stride.batch = -5;
    CHECK(c.run().ok());
    constexpr int64_t greatest = std::numeric_limits<int64_t>::max(); // which in bytes leaves 64 bits
    for (view* one : {&c.k, &c.v}) {
        one->layout.extent.positions = 1;
        one->layout.stride.position = greatest;
    }
    c.bias.layout.channels = 1;
    c.q = fv::at(c.q, 0);
    for (const int64_t queries : {6, 1}) { // a tile, and decoding
        for (view* rows : {&c.q, &c.o, &c.bias}) rows->layout.extent.positions = queries;
        c.l.layout.extent.positions = queries;
        if (queries == 1) c.q.layout.stride.position = c.o.layout.stride.position = greatest;
        const fv::status s = c.run();
        INFO(s.sentence());
        CHECK(s.ok());
    }
}

TEST_CASE("strides of 0 repeat an operand that is only read", "[refusals]") {
    call c;
    c.k.layout.stride.batch = c.v.layout.stride.batch = 0;
    CHECK(c.run().ok());
}

TEST_CASE("run throws the sentence that try_run returns", "[refusals]") {
    call c;
    c.q.data = nullptr;
    const auto s = fv::dot(c.q, c.k);
    const fv::status refused_call = fv::try_run(fv::cpu(), c.l = fv::logsumexp(s));
    CHECK_FALSE(refused_call.ok());
    CHECK_THROWS_AS(fv::run(fv::cpu(), c.l = fv::logsumexp(s)), fv::error);
    CHECK_THROWS_WITH(fv::run(fv::cpu(), c.l = fv::logsumexp(s)), refused_call.sentence());
}

TEST_CASE("two scores with different values in one run are refused", "[refusals]") {
    call c;
    const auto s = fv::where(fv::sliding_window(3), fv::dot(c.q, c.k)),
               t = fv::where(fv::sliding_window(4), fv::dot(c.q, c.k));
    const fv::status refused_call = fv::try_run(
        fv::cpu(), c.l = fv::logsumexp(s), fv::tensor(c.written.data() + 12000, fv::bhs(2, 4, 6)) = fv::logsumexp(t));
    INFO(refused_call.sentence());
    CHECK_FALSE(refused_call.ok());
    CHECK(std::string(refused_call.sentence()).find("score") != std::string::npos);
    CHECK(c.untouched());
}

TEST_CASE("an expectation that compares positions of different lengths is refused until they are stated",
          "[refusals]") {
    call c;
    c.q.layout.extent.positions = 5;
    const auto target = fv::tensor(c.written.data(), fv::bhs(2, 4, 5));
    const auto distance = [&](view q) {
        return fv::try_run(fv::cpu(),
                           target = fv::sum(fv::softmax(fv::dot(q, c.k)) * (fv::terms::q_pos - fv::terms::k_pos)));
    };
    const std::string sentence = distance(c.q).sentence();
    INFO(sentence);
    CHECK(sentence.find("positions of q is 5") != std::string::npos);
    CHECK(sentence.find("align_ends") != std::string::npos);
    CHECK(c.untouched());
    CHECK(distance(fv::align_ends(c.q, c.k)).ok());
}

TEST_CASE("an output at the place of k, of v or of another output is refused, and at q's it is not", "[refusals]") {
    const auto at = [](auto place) { return [place](call& c) { c.o.data = place(c); }; };
    refused("o at k", at([](call& c) { return c.k.data; }), {"output 1", "first element of k"});
    refused("o at v", at([](call& c) { return c.v.data; }), {"output 1", "first element of v"});
    refused("l at o", [](call& c) { c.l.data = c.o.data; }, {"output 2", "first element of output 1"});
    call c; // values of as many channels as queries
    c.v.layout = c.k.layout;
    c.o.layout = c.q.layout;
    for (std::size_t i = 0; i < c.memory.size(); ++i) c.memory[i] = std::sin(static_cast<float>(i));
    CHECK(c.run().ok());
    c.o.data = c.q.data;
    CHECK(c.run().ok());
    for (std::size_t i = 0; i < 2 * 6 * 4 * 8; ++i) CHECK(c.memory[i] == c.written[i]);
}

TEST_CASE("buckets of distances that cannot be are refused", "[refusals]") {
    call c;
    const std::vector<float> biases(4 * 32);
    const auto sentence_of = [&](int64_t entries, fv::t5 shape) {
        const auto s = fv::scaled_dot(c.q, c.k) + fv::relative_bias(fv::table(biases.data(), 4, entries), shape);
        return std::string(fv::try_run(fv::cpu(), c.l = fv::logsumexp(s)).sentence());
    };
    const auto holds = [](std::string const& sentence, std::initializer_list<char const*> words) {
        INFO(sentence);
        for (char const* word : words) CHECK(sentence.find(word) != std::string::npos);
    };
    holds(sentence_of(32, {.buckets = 1}), {"t5 has 1 buckets", "2 to 512", ".buckets"});
    holds(sentence_of(32, {.buckets = -4}), {"t5 has -4 buckets"});
    holds(sentence_of(32, {.buckets = 3, .bidirectional = true}), {"t5 has 3 buckets", "4 to 1024"});
    holds(sentence_of(32, {.buckets = 1000}), {"t5 has 1000 buckets", "2 to 512"});
    holds(sentence_of(32, {.max_distance = 16}), {"max_distance of 16", "16 buckets", ".max_distance"});
    holds(sentence_of(16, {.buckets = 32}), {"16 entries", "32 buckets"});
    CHECK(c.untouched());
    CHECK(sentence_of(32, {.buckets = 32, .max_distance = 17}).empty());
}

struct limited {
    int64_t entries;
    fv::status refused() const {
        if (entries < 128) return fv::status({"limited has ", entries, " entries but takes 128"});
        return {};
    }
    float operator()(float s, int64_t) const { return s; }
};

TEST_CASE("a functor of one's own may refuse", "[refusals]") {
    call c;
    const auto sentence_of = [&](int64_t entries, auto const& engine) {
        const auto s = fv::apply(limited{entries}, fv::scaled_dot(c.q, c.k), fv::terms::k_pos);
        return std::string(fv::try_run(engine, c.l = fv::logsumexp(s)).sentence());
    };
    CHECK(sentence_of(7, fv::cpu()) == "fovea: limited has 7 entries but takes 128");
    CHECK(sentence_of(7, fv::reference()) == "fovea: limited has 7 entries but takes 128");
    CHECK(c.untouched());
    CHECK(sentence_of(128, fv::cpu()).empty());
}

TEST_CASE("copies that do not fit are refused", "[refusals]") {
    call c;
    const fv::rope_plain f{};
    const auto target = fv::tensor(c.written.data(), fv::bshd(2, 6, 2, int64_t{8}));
    auto shorter = target;
    shorter.layout.extent.positions = 5;
    fv::status s = fv::try_run(fv::cpu(), shorter = fv::rope_pairs(c.k, f));
    INFO(s.sentence());
    CHECK_FALSE(s.ok());
    CHECK(std::string(s.sentence()).find("5 positions") != std::string::npos);
    CHECK(std::string(s.sentence()).find("6") != std::string::npos);
    s = fv::try_run(fv::cpu(), target = fv::rope_pairs(c.k, fv::rope_plain{.channels = 10}));
    CHECK_FALSE(s.ok());
    CHECK(std::string(s.sentence()).find("10") != std::string::npos);
    s = fv::try_run(fv::cpu(), target = fv::rope_pairs(c.k, fv::rope_plain{.channels = 5}));
    CHECK_FALSE(s.ok());
    CHECK(std::string(s.sentence()).find("5") != std::string::npos);
    CHECK(c.untouched());
}
