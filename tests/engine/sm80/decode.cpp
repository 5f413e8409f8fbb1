// The contract on the decoding kernels of the sm_80 engine, with keys in pieces as planned and in one for each live
// tile and more; and what packing, pieces and their merge could break besides. Every access of global memory is
// checked, the workspace among it.
#include <memory>

#include "engine/contract_rows.hpp"
#include "engine/sm80/emulated.hpp"
#include "engine/sm80/emulated_decode.hpp"

namespace fv = fovea;
using fv::bf16;
using tests::decoded;
using tests::infinity;
using tests::nan_value;
using tests::shape;
using problem = tests::small_problem<bf16>;

namespace {

// Head sizes are numbers here: the kernel is made for as many as 48 and 32.
using engine = tests::emulated_decode<fv::tile_shape{}, fv::sm80::head_sizes{48, 32}>;

shape decoding(std::int64_t group, std::int64_t queries, std::int64_t keys, std::int64_t batches = 1) {
    return {.batches = batches,
            .heads = 2 * group,
            .kv_heads = 2,
            .queries = queries,
            .keys = keys,
            .channels = 40,
            .value_channels = 24,
            .first_query = keys - queries,
            .placed = true};
}

// Runs x with every buffer known to the emulator.
void run(problem& x, engine const& e = {}) {
    using fv::simt::memory_range;
    using fv::simt::role;
    std::vector<std::unique_ptr<memory_range>> known;
    const auto know = [&](auto const& v, role as, char const* name) {
        if (v.empty()) return;
        known.push_back(std::make_unique<memory_range>(v.data(), v.size() * sizeof(v[0]), sizeof(v[0]), as, name));
    };
    know(x.q, role::input, "q"), know(x.k, role::input, "k"), know(x.v, role::input, "v");
    know(x.lengths, role::input, "lengths");
    const std::size_t first_output = known.size();
    know(x.o, role::output, "o"), know(x.l, role::output, "l"), know(x.m, role::output, "m");
    know(x.h, role::output, "h");
    decoded did;
    engine with = e;
    if (with.said == nullptr) with.said = &did;
    x.run(with);
    for (std::size_t i = first_output; i < known.size(); ++i) CHECK(known[i]->unwritten() == 0);
}

template <int Pieces> struct on_decode { // 0: as planned
    static constexpr char const* name = Pieces == 0 ? "sm_80 decode" : "sm_80 decode, many pieces";
    using element = bf16;
    static constexpr engine cut{.pieces = Pieces, .least_tiles = Pieces == 0 ? 0 : 1};
    static std::vector<shape> shapes() { return {decoding(3, 7, 300, 2), decoding(2, 2, 600, 2)}; }
    static void run(problem& x) { ::run(x, cut); }
    template <class F> static void every_way(F f) {
        for (auto landing : {fv::simt::landing::late, fv::simt::landing::early})
            for (fv::word seed : {3u, 7u}) {
                INFO("seed " << seed << ", landing " << static_cast<int>(landing));
                engine e = cut;
                e.how = {.seed = seed, .landing = landing, .workers = seed % 3 + 1};
                f([&](problem& x) { ::run(x, e); });
            }
    }
};

const int rows[] = {tests::hold_to_contract<on_decode<0>>(), tests::hold_to_contract<on_decode<11>>()};

// The plan's pieces, one, and more than there are live tiles of 64 keys.
template <class F> void on_cuts(F f) {
    for (auto [pieces, least_tiles] : {std::pair{0, 0}, {1, 0}, {3, 1}, {40, 1}}) {
        INFO(pieces << " pieces, 0: as planned");
        f(engine{.pieces = pieces, .least_tiles = least_tiles});
    }
}

} // namespace

TEST_CASE("sm_80 decode agrees with the oracle: groups, queries, pieces", "[contract]") {
    int landing = 0;
    for (std::int64_t group : {1, 2, 3, 4, 5, 6, 7, 8})
        for (std::int64_t queries : {1, 2, 5, 20})
            on_cuts([&](engine e) {
                INFO("group " << group << ", queries " << queries);
                e.how.landing = ++landing % 2 ? fv::simt::landing::late : fv::simt::landing::early;
                e.how.seed = landing % 3 ? static_cast<fv::word>(landing) : 0;
                problem x(decoding(group, queries, 330));
                x.lengths[0] = 300;
                run(x, e);
                CHECK(x.compared() == "");
            });
}

TEST_CASE("sm_80 decode: long caches, batches of several lengths", "[contract]") {
    for (auto landing : {fv::simt::landing::late, fv::simt::landing::early})
        for (fv::word seed : {0u, 7u}) {
            problem x(decoding(4, 2, 1500, 3), 1 + seed);
            for (auto& q : x.q) q = bf16{9 * static_cast<float>(q)}; // scores far apart: references are raised
            x.lengths = {1500, 700, 63};
            decoded did;
            run(x, {{.seed = seed, .landing = landing}, 0, 0, &did});
            CHECK(x.compared() == "");
            CHECK(did.pieces == 6 * 6);
            CHECK(did.live_pieces == 2 * (6 + 3 + 1)); // 24, 11 and 1 live tiles, four at least to a piece
        }
}

TEST_CASE("sm_80 decode: a value that is not finite reaches the rows that attend its key, and no other", "[contract]") {
    const shape s = decoding(4, 5, 600);
    const std::int64_t late = s.keys - 3, early = 70; // seen by the last three queries; by all, in another piece
    on_cuts([&](engine const& e) {
        problem clean(s), not_a_number(s), infinite(s), both(s), in_key(s), in_query(s);
        not_a_number.value(0, 1, late, 3) = bf16{nan_value};
        infinite.value(0, 1, late, 3) = bf16{infinity};
        both.value(0, 1, late, 3) = bf16{infinity};
        both.value(0, 1, early, 3) = bf16{-infinity};
        in_key.key(0, 1, late, 7) = bf16{nan_value};
        in_query.q[0] = bf16{nan_value};
        for (problem* x : {&clean, &not_a_number, &infinite, &both, &in_key, &in_query}) run(*x, e);
        int wrong = 0;
        for (std::int64_t head = 0; head < s.heads; ++head)
            for (std::int64_t i = 0; i < s.queries; ++i)
                for (std::int64_t c = 0; c < s.value_channels; ++c) {
                    const bool of_group = head >= 4, sees = of_group && s.first_query + i >= late;
                    const float right = clean.output(0, head, i, c);
                    const auto differs = [&](problem const& x, bool reached, auto holds) {
                        return reached ? !holds(x.output(0, head, i, c)) : x.output(0, head, i, c) != right;
                    };
                    const auto is_nan = [](float x) { return std::isnan(x); };
                    wrong += differs(not_a_number, sees && c == 3, is_nan);
                    wrong += differs(infinite, sees && c == 3, [](float x) { return x == infinity; });
                    wrong += differs(both, of_group && c == 3,
                                     [&](float x) { return sees ? std::isnan(x) : x == -infinity; });
                    wrong += differs(in_key, sees, is_nan);
                    wrong += differs(in_query, head == 0 && i == 0, is_nan);
                }
        CHECK(wrong == 0);
        CHECK(std::isnan(in_query.l[0]));
    });
}

TEST_CASE("sm_80 decode: batches and queries without a key, however the keys are cut", "[contract]") {
    on_cuts([](engine const& e) {
        problem x(decoding(2, 3, 400, 2));
        x.lengths = {400, 0};
        decoded did;
        engine watched = e;
        watched.said = &did;
        run(x, watched);
        CHECK(x.compared() == ""); // exact for rows without a key
        if (e.pieces == 40) CHECK(did.live_pieces == 2 * 7); // of a tile each; none of the second batch
        shape s = decoding(2, 4, 300);
        s.first_query = -2; // the first two queries stand before every key
        problem before(s);
        run(before, e);
        CHECK(before.compared() == "");
        s.keys = 0;
        problem none(s);
        none.run(e);
        CHECK(std::all_of(none.o.begin(), none.o.end(), [](float o) { return o == 0 && !std::signbit(o); }));
        CHECK(std::all_of(none.l.begin(), none.l.end(), [](float l) { return l == -infinity; }));
        CHECK(std::all_of(none.h.begin(), none.h.end(), [](float h) { return h == 0; }));
    });
}

TEST_CASE("sm_80 decode: no bank conflict, and no product for a dead piece", "[contract]") {
    problem x(decoding(8, 2, 1100));
    decoded did;
    x.run(engine{{.count = true}, 0, 0, &did});
    CHECK(did.pass.total().wavefronts == did.pass.total().ideal_wavefronts);
    CHECK(did.combined.total().wavefronts == did.combined.total().ideal_wavefronts);
    const auto products = [](decoded const& d) { return d.pass.count("multiply"); };
    // 18 tiles of 64 keys; each warp's 16 keys take 2 x 3 products of scores (48 channels) and 4 of values
    CHECK(products(did) == 2 * 18 * 4 * (2 * 3 + 4 + 1));
    problem shorter(decoding(8, 2, 1100));
    shorter.lengths[0] = 64;
    decoded less;
    shorter.run(engine{{}, 0, 0, &less});
    CHECK(less.live_pieces == 2);
    CHECK(products(less) == 2 * 1 * 4 * (2 * 3 + 4 + 1));
}

TEST_CASE("sm_80: warps without a row multiply nothing", "[contract]") {
    using ordinary =
        tests::emulated<fv::tile_shape{.query = 64, .key = 64, .warps = 4, .stages = 2}, fv::sm80::head_sizes{48, 32}>;
    const auto products = [](std::int64_t queries) {
        problem x(decoding(1, queries, 128));
        fv::simt::report said;
        x.run(ordinary{{}, &said});
        CHECK(x.compared() == "");
        return said.count("multiply");
    };
    CHECK(products(1) == products(16));
    CHECK(2 * products(16) == products(17));
    CHECK(4 * products(16) == products(64));
}

TEST_CASE("sm_80 decode: the workspace decides on pieces, and what cannot be one is refused", "[contract]") {
    const auto call = [](fv::index keys) {
        auto q = fv::tensor(static_cast<bf16*>(nullptr), fv::bshd(1, 1, 8, 64));
        auto k = fv::tensor(static_cast<bf16*>(nullptr), fv::bshd(1, keys, 2, 64));
        auto o = fv::tensor(static_cast<float*>(nullptr), fv::bshd(1, 1, 8, 64));
        return fv::make_problem(o = fv::sum(fv::softmax(fv::scaled_dot(q, k)) * k));
    };
    using tile =
        decltype(fv::sm80::chosen_decode_tile<decltype(call(1)), fv::tile_shape{}, fv::sm80::head_sizes{64, 64}>());
    const auto planned = [&](fv::index keys, fv::index bytes) {
        return fv::sm80::plan_decode<tile>(call(keys), bytes);
    };
    const auto bytes_of = [](fv::sm80::decode_plan const& plan) { return fv::sm80::piece_layout<tile>{plan}.bytes(); };
    CHECK(fv::sm80::workspace_bytes<tile>(call(8192)) == bytes_of(planned(8192, 1 << 30)));
    CHECK(planned(256, 1 << 30).pieces == 1);
    CHECK(planned(257, 1 << 30).pieces == 2);
    CHECK(planned(8192, 1 << 30).pieces == 32);
    CHECK(planned(100000, 1 << 30).pieces == 64);
    // two key heads, four rows each: a word a piece, 32 bytes and 64 channels of fp32 a row
    CHECK(bytes_of(planned(8192, 1 << 30)) == 2 * 32 * 4 + 2 * 32 * 4 * (32 + 64 * 4));
    for (fv::index bytes : {0, 1, 1000, 4672, 70000}) {
        const auto plan = planned(8192, bytes);
        CHECK(bytes_of(plan) <= bytes);
        auto more = plan;
        more.pieces = fv::sm80::divisor_of(plan.pieces + 1);
        CHECK(bytes_of(more) > bytes);
    }
    alignas(32) char memory[64];
    using fv::refusal_of_workspace;
    CHECK(refusal_of_workspace({}).ok());
    CHECK(refusal_of_workspace({memory, 1}).ok());
    CHECK(refusal_of_workspace({memory + 1, 0}).ok());
    CHECK(std::string(refusal_of_workspace({nullptr, 64}).sentence()) ==
          "fovea: the workspace has 64 bytes but no memory: its data is null; {} is none");
    CHECK(std::string(refusal_of_workspace({memory + 8, 16}).sentence()) ==
          "fovea: the workspace begins 8 bytes past a multiple of 32; what cudaMalloc returns is aligned");
    CHECK(std::string(refusal_of_workspace({memory, -4}).sentence()) ==
          "fovea: the workspace has -4 bytes but 0 is the least; {} is none");
}
