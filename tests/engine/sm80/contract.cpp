// The contract, a named test for each row of its table, on the sm_80 engine: every access of global memory checked,
// both landings and several orders of warps; and what it refuses.
#include <memory>

#include "engine/contract_rows.hpp"
#include "engine/sm80/emulated.hpp"

namespace fv = fovea;
using fv::bf16;
using tests::shape;
using tests::small_problem;

namespace {

// Tiles of 128 x 64 with a short last one of both; and few queries.
const shape tiles{.batches = 2,
                  .heads = 4,
                  .kv_heads = 2,
                  .queries = 130,
                  .keys = 200,
                  .channels = 40,
                  .value_channels = 24,
                  .first_query = 70,
                  .placed = true};
const shape few{.batches = 2,
                .heads = 4,
                .kv_heads = 2,
                .queries = 2,
                .keys = 300,
                .channels = 40,
                .value_channels = 24,
                .first_query = 298,
                .placed = true};

// Head sizes are numbers here: the kernel is made for as many as 48 and 32.
using engine = tests::emulated<fv::tile_shape{}, fv::sm80::head_sizes{48, 32}>;

// Runs x with every buffer known to the emulator.
template <class T> void run(small_problem<T>& x, engine const& e) {
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
    x.run(e);
    for (std::size_t i = first_output; i < known.size(); ++i) CHECK(known[i]->unwritten() == 0);
}

template <class T> struct on_sm80 {
    static constexpr char const* name = std::is_same_v<T, bf16> ? "sm_80, bf16" : "sm_80, fp16";
    using element = T;
    static constexpr float redone = 0;
    static constexpr double rounding = std::is_same_v<T, bf16> ? 0x1p-8 : 0x1p-11; // half a unit in the last place
    static std::vector<shape> shapes() {
        shape many = tiles;
        if (std::is_same_v<T, fv::fp16>) many.heads = 2; // half the time; groups are bf16's affair
        return {many, few};
    }
    static void run(small_problem<T>& x) { ::run(x, engine{}); }
    template <class F> static void every_way(F f) {
        for (auto landing : {fv::simt::landing::late, fv::simt::landing::early})
            for (fv::word seed : {3u, 7u}) {
                INFO("seed " << seed << ", landing " << static_cast<int>(landing));
                f([&](small_problem<T>& x) { ::run(x, engine{{.seed = seed, .landing = landing}}); });
            }
    }
};

const int rows[] = {tests::hold_to_contract<on_sm80<bf16>>(), tests::hold_to_contract_of_garbage<on_sm80<fv::fp16>>()};

} // namespace

TEST_CASE("sm_80: what 32 bits or the kernel cannot hold is refused in a sentence", "[contract]") {
    shape s = few;
    s.channels = 64;
    small_problem<bf16> wide(s);
    CHECK(std::string(wide.try_run(engine{}).sentence()) ==
          "fovea: q has 64 channels but the kernel was made for at most 48; state them as a constant");
    s = few;
    s.value_channels = 40;
    small_problem<bf16> wide_values(s);
    CHECK(std::string(wide_values.try_run(engine{}).sentence()) ==
          "fovea: v has 40 channels but the kernel was made for at most 32; state them as a constant");
    s = few;
    s.first_key = (std::int64_t{1} << 60) + 1;
    small_problem<bf16> far(s);
    CHECK(
        std::string(far.try_run(engine{}).sentence()) ==
        "fovea: an operand's first position is 1152921504606846977 but a call takes at most 1152921504606846976; move "
        "all positions by the same number");
}
