// The sm_80 engine as a subject of the contract: every access of global memory checked, both landings and two seeds.
//
//     const int rows = tests::hold_to_contract<tests::on_sm80<fovea::bf16>>();
#pragma once
#include <memory>

#include "engine/contract_rows.hpp"
#include "engine/sm80/emulated.hpp"

namespace tests {

// Whole tiles of the default shape with a short last one of both; and few queries.
const shape tiles = at_the_end(130, 200), few = at_the_end(2, 300);

// Runs x with every buffer known to the emulator.
template <class T, class Engine> void run_watched(small_problem<T>& x, Engine const& e) {
    using fovea::simt::memory_range;
    using fovea::simt::role;
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

template <class T, fovea::precision Products = fovea::precision::of_elements> struct on_sm80 {
    // Head sizes are numbers here: the kernel is made for as many as 48 and 32.
    using engine = emulated<fovea::tile_shape{}, fovea::sm80::head_sizes{48, 32}, Products>;
    using element = T;
    static constexpr bool single = std::is_same_v<T, float>, rounded = Products == fovea::precision::tf32;
    static constexpr char const* name = rounded                          ? "sm_80, fp32 by tf32"
                                        : single                         ? "sm_80, fp32"
                                        : std::is_same_v<T, fovea::bf16> ? "sm_80, bf16"
                                                                         : "sm_80, fp16";
    static std::vector<shape> shapes() {
        shape many = tiles;
        if (!std::is_same_v<T, fovea::bf16>) many.heads = 2; // half the time; groups are bf16's affair
        return {many, few};
    }
    static void run(small_problem<T>& x) { run_watched(x, engine{}); }
    template <class F> static void every_way(F f) {
        for (auto landing : {fovea::simt::landing::late, fovea::simt::landing::early})
            for (fovea::word seed : {3u, 7u}) {
                INFO("seed " << seed << ", landing " << static_cast<int>(landing));
                f([&](small_problem<T>& x) { run_watched(x, engine{{.seed = seed, .landing = landing}}); });
            }
    }
};

} // namespace tests
