// The sm_80 engine's decoding kernels run by the emulator, in a workspace of exactly the bytes that they state, which
// is poison at first and ends at an inaccessible page.
//
//     fovea::run(tests::emulated_decode<>{.how = {.seed = 3}, .pieces = 4}, o = fovea::sum(p * v));
#pragma once
#include <fovea/engine/sm80/combine.hpp>
#include <fovea/engine/sm80/decode.hpp>
#include <fovea/launch/run.hpp>
#include <optional>

#include "engine/random_case.hpp"
#include "simt/guarded.hpp"
#include "simt/launch.hpp"

namespace tests {

struct decoded { // what a run did
    int pieces = 0, live_pieces = 0; // of all packed tiles of all key heads
    fovea::simt::report pass, combined;
};

// Tile: what is 0 comes from the engine's table. Most: head sizes where the views' types state none.
template <fovea::tile_shape Tile = fovea::tile_shape{},
          fovea::sm80::head_sizes Most = fovea::sm80::head_sizes{128, 128},
          fovea::precision Products = fovea::precision::of_elements>
struct emulated_decode {
    static constexpr char const* name = "sm_80, decode, emulated";
    fovea::simt::options how{};
    int pieces = 0, least_tiles = 0; // of the keys; live ones of a piece, 0: as the engine plans
    decoded* said = nullptr; // where to leave what happened
};

template <fovea::tile_shape Tile, fovea::sm80::head_sizes Most, fovea::precision Products, class Problem>
fovea::status execute(emulated_decode<Tile, Most, Products> const& engine, Problem const& p) {
    using namespace fovea::sm80;
    namespace simt = fovea::simt;
    // Values are drawn as wide as 128, or as the queries are.
    constexpr int channels = head_sizes_of<Problem, Most>().channels;
    constexpr head_sizes most{Most.channels, fovea::greatest(Most.values, channels)};
    constexpr head_sizes head = Most.values < 128 ? Most : most;
    using tile = decltype(chosen_decode_tile<Problem, Tile, head, Products>());
    if (fovea::status why = refusal_of_decode<tile>(p, {}); !why.ok()) return why;
    decode_plan plan = plan_decode<tile>(p, fovea::index{1} << 60);
    if (engine.pieces != 0) plan.pieces = fovea::sm80::divisor_of(engine.pieces);
    if (engine.least_tiles != 0) plan.least_tiles = engine.least_tiles;
    const fovea::index bytes = piece_layout<tile>{plan}.bytes();
    simt::guarded_pages memory(static_cast<std::size_t>(bytes));
    const auto params = make_decode_params<tile>(p, plan, bytes > 0 ? memory.first() : nullptr);
    const bool checked = !simt::memory_ranges::all().sorted().empty();
    const auto launched = [&]<class Kernel>(Kernel, fovea::index blocks, simt::role role) {
        std::optional<simt::memory_range> known;
        if (checked && bytes > 0) known.emplace(memory.first(), static_cast<std::size_t>(bytes), 4, role, "workspace");
        return simt::launch<Kernel>({static_cast<fovea::word>(blocks)}, params, engine.how);
    };
    decoded did;
    did.pieces = static_cast<int>(plan.blocks());
    did.pass = launched(decode<simt::machine, Problem, tile>{}, plan.blocks(), simt::role::output);
    std::string text = did.pass.text();
    if (plan.pieces > 1) {
        for (fovea::index i = 0; i < plan.blocks(); ++i) did.live_pieces += params.memory.live[i] != 0;
        using kernel = combine<simt::machine, Problem, tile>;
        did.combined = launched(kernel{}, kernel::blocks_of(plan), simt::role::input);
        text += did.combined.text();
    }
    if (engine.said != nullptr) *engine.said = did;
    return text.empty() ? fovea::status() : fovea::status({text.c_str()});
}

// For random cases: landing, warp order and the number of pieces drawn with the case.
template <fovea::tile_shape Tile = fovea::tile_shape{}, fovea::precision Products = fovea::precision::of_elements>
struct decode_at_random {
    static constexpr double tanh_error = 0x1p-22; // of 1 - 2 / (exp(2 x) + 1) in fp32
    // Weights are rounded to the values' own format, or to tf32 where that was asked for.
    template <class T> static constexpr format weights() {
        return Products == fovea::precision::tf32 ? format::tf32 : format_of<T>();
    }
    template <class... A> fovea::status operator()(draws& draw, A const&... assignments) const {
        fovea::simt::options how;
        how.seed = static_cast<fovea::word>(draw.between(0, 1000));
        how.landing = draw.one_in(2) ? fovea::simt::landing::late : fovea::simt::landing::early;
        const auto pieces = static_cast<int>(draw.of<std::int64_t>({0, 1, 2, 3, 7, 33}));
        using engine = emulated_decode<Tile, fovea::sm80::head_sizes{128, 128}, Products>;
        return fovea::try_run(engine{how, pieces, draw.one_in(2) ? 1 : 0}, assignments...);
    }
};

} // namespace tests
