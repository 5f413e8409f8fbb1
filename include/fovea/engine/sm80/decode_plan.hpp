// A few query rows against many keys on a GPU: how they are packed, how the keys are cut, what memory that takes.
//
//     decode_plan plan = plan_decode<Tile>(problem, workspace_bytes);      plan.blocks(), plan.pieces
//
// The rows of a key head (attend/packed_rows.hpp) fill tiles of 16. What bounds such a call is how fast keys and values
// arrive: an H100 reads 3.35 TB/s with a latency near 0.8 us, so 2.7 MB have to be under way at any time, 20 KB on each
// of its 132 multiprocessors. A block of the tiles below keeps 32 to 56 KB under way, and two or three of them fit.
//
// The warps of a block share its rows and divide the keys of every tile. With 16 rows to one warp and the other warps
// only copying, a tile of 64 keys of 128 channels takes that warp 128 matrix products and the exponentials of 1024
// scores: by estimate 1 us on one of four tensor cores, while its 32 KB take 1.3 us to arrive. Divided by keys that is
// a fourth, and what it costs is a merge of four partial rows through shared memory, once a piece.
//
// The keys are cut into pieces, a block each: one for every 256 keys, at most 64, which depends on nothing but the
// number of keys, so that a result does not depend on the batch, on the heads beside it or on the device. Each takes as
// many of the live key tiles (attend/live_shares.hpp), and four at least: where a window leaves few alive, the last
// pieces have none and end at once. At 8k keys and 8 key heads that makes 256 blocks of 128 KB each, about two to a
// multiprocessor; a piece leaves 0.5 KB a row, to be read once by combine.hpp, out of the second-level cache.
#pragma once
#include "fovea/attend/packed_rows.hpp"
#include "fovea/engine/sm80/plan.hpp"
#include "fovea/engine/sm80/shape.hpp"
#include "fovea/plan/workspace.hpp"

namespace fovea::inline v0_1::sm80 {

inline constexpr index keys_of_piece = 256, pieces_most = 64;

// By bytes of an element, and channels of q and k or of v, whichever are more. Measured on an H100 at 128
// channels in bf16 (bench/results/h100/peers.json), reasoned elsewhere.
inline constexpr tile_row decode_table[] = {
    {2, 64, {.query = 16, .key = 64, .warps = 4, .stages = 4}},
    {2, 128, {.query = 16, .key = 64, .warps = 4, .stages = 2}},
    {2, 256, {.query = 16, .key = 64, .warps = 4, .stages = 1}},
    {4, 64, {.query = 16, .key = 64, .warps = 4, .stages = 2}},
    {4, 128, {.query = 16, .key = 64, .warps = 4, .stages = 1}},
    {4, 256, {.query = 16, .key = 32, .warps = 2, .stages = 1}},
};

// The places of a tile of its own, with the head of the ordinary one.
template <int Query, int Key, int Stages, class Ordinary> using decode_places =
    operand_places<Query, Key, Stages, Ordinary::channels, Ordinary::values, typename Ordinary::formats>;

// As tile_constants, but every warp works on all rows, and on its own keys of each tile.
template <int Query, int Key, int Warps, int Stages, class Ordinary>
struct decode_constants : decode_places<Query, Key, Stages, Ordinary> {
    using places = decode_places<Query, Key, Stages, Ordinary>;
    static constexpr int warps = Warps, threads = 32 * warps;
    static constexpr int rows_of_warp = Query, blocks_of_warp = Query / 16;
    // At the end every warp's sums lie where the operands did.
    static constexpr word staged_bytes = Query * places::staged_bytes_of_row;
    static constexpr int shared_bytes = static_cast<int>(greatest(places::operands_end, warps* staged_bytes));
    // To a multiprocessor, that the compiler is to leave registers for; more run where a kernel takes fewer.
    static constexpr int blocks = threads > 128 ? 1 : 2;

    // What the products of one warp see.
    struct of_warp {
        using formats = typename Ordinary::formats;
        static constexpr int element_bytes = Ordinary::element_bytes;
        static constexpr int key = Key / Warps, blocks_of_warp = Query / 16;
        static constexpr int channels = Ordinary::channels, values = Ordinary::values;
    };
};

// Operands and products are held to what the ordinary tile asks of them (shape.hpp).
template <class Problem, tile_shape Given, class Ordinary> consteval auto decode_tile_of() {
    constexpr tile_shape t =
        tile_from(decode_table, Given, {Ordinary::channels, Ordinary::values}, Ordinary::element_bytes);
    if constexpr (t.query != 16 && t.query != 32)
        static_assert(sizeof(Problem) == 0, "fovea: cuda_decode: tile_shape::query must be 16 or 32 packed rows");
    else if constexpr (t.warps != 2 && t.warps != 4 && t.warps != 8)
        static_assert(sizeof(Problem) == 0, "fovea: cuda_decode: tile_shape::warps must be 2, 4 or 8");
    else if constexpr (t.key % (16 * t.warps) != 0 || t.key <= 0)
        static_assert(
            sizeof(Problem) == 0,
            "fovea: cuda_decode: tile_shape::key must be a multiple of 16 keys for each of tile_shape::warps");
    else if constexpr (t.stages < 1 || t.stages > 4)
        static_assert(sizeof(Problem) == 0, "fovea: tile_shape::stages must be 1 to 4");
    else {
        using tile = decode_constants<t.query, t.key, t.warps, t.stages, Ordinary>;
        static_assert(tile::blocks_of_warp * (tile::values + tile::of_warp::key) / 2 <= 200,
                      "fovea: cuda_decode: tile_shape: the outputs and scores of a thread take more than 200 "
                      "registers; use 16 packed rows");
        static_assert(tile::shared_bytes <= shared_bytes_most,
                      "fovea: cuda_decode: tile_shape: the tiles take more than the 227 KB of shared memory that a "
                      "block can have; use smaller ones, or fewer stages");
        return tile{};
    }
}
template <class Problem, tile_shape Given, head_sizes Most, precision Products = precision::of_elements>
consteval auto chosen_decode_tile() {
    return decode_tile_of<Problem, Given, decltype(chosen_tile<Problem, tile_shape{}, Most, Products>())>();
}

// Blocks are one-dimensional: the packed tiles of a piece beside each other, so that they read its keys together.
struct decode_plan {
    divisor rows, tiles, pieces; // of a key head; of its keys, 1: the blocks write the outputs themselves
    divisor kv_heads, group; // key heads of a batch; query heads that share one
    std::int32_t heads, least_tiles; // key heads of all batches; live tiles of a piece
    std::int32_t careful = 0; // not 0: tiles are computed carefully at once, which gives the same bits

    [[gnu::visibility("hidden")]] constexpr index blocks() const { return index{heads} * pieces * tiles; }
};
using rows_on_device = rows_packed_by<divisor>;
FOVEA_DEVICE constexpr rows_on_device packed_rows_of(decode_plan const& plan, std::int32_t of_all) {
    const auto head = static_cast<word>(of_all);
    return {head / plan.kv_heads, head % plan.kv_heads, plan.group};
}

struct decode_place {
    std::int32_t head, piece, tile;
};
FOVEA_DEVICE constexpr decode_place place_of(decode_plan const& plan, word block) {
    const word piece = block / plan.tiles; // of all heads
    return {static_cast<std::int32_t>(piece / plan.pieces), static_cast<std::int32_t>(piece % plan.pieces),
            static_cast<std::int32_t>(block % plan.tiles)};
}

// What the pieces leave behind, in the workspace. Of each piece of each packed tile: whether it had a live key tile;
// and of each of its rows the numbers of its state (row_numbers of them, merge.hpp), and its sums.
inline constexpr int row_numbers = 8;
struct piece_memory {
    word* live = nullptr;
    float *states = nullptr, *sums = nullptr;
};
template <class Tile> struct [[gnu::visibility("hidden")]] piece_layout {
    decode_plan const& plan;

    FOVEA_HOST_DEVICE constexpr index rows() const { // of a piece
        return least(index{plan.rows}, index{Tile::query});
    }
    constexpr index live_bytes() const { return round_up(4 * plan.blocks(), workspace_alignment); }
    constexpr index state_bytes() const { return plan.blocks() * rows() * row_numbers * 4; }
    constexpr index bytes() const {
        return plan.pieces == 1 ? 0 : live_bytes() + state_bytes() + plan.blocks() * rows() * Tile::values * 4;
    }
    FOVEA_HOST_DEVICE constexpr index piece(decode_place at) const {
        return (index{at.head} * plan.tiles + at.tile) * plan.pieces + at.piece;
    }
    FOVEA_HOST_DEVICE constexpr index row(decode_place at, int of_tile) const { return piece(at) * rows() + of_tile; }
};

// As many pieces as the keys deserve, or as fit into the workspace.
template <class Tile, class Problem> decode_plan plan_decode(Problem const& p, index workspace_bytes) {
    auto const& q = p.q();
    auto const& k = p.k();
    decode_plan plan{};
    plan.rows = divisor_of(q.positions() * p.group());
    plan.tiles = divisor_of(ceil_div(index{plan.rows}, index{Tile::query}));
    plan.kv_heads = divisor_of(k.heads());
    plan.group = divisor_of(p.group());
    plan.heads = static_cast<std::int32_t>(q.batches() * k.heads());
    plan.least_tiles = static_cast<std::int32_t>(ceil_div(keys_of_piece, index{Tile::key}));
    const index wanted = greatest(index{1}, least(ceil_div(k.positions(), keys_of_piece), pieces_most));
    plan.pieces = divisor_of(wanted);
    while (plan.pieces > 1 && piece_layout<Tile>{plan}.bytes() > workspace_bytes)
        plan.pieces = divisor_of(plan.pieces - 1);
    return plan;
}

// For as many pieces as the keys deserve.
template <class Tile, class Problem> index workspace_bytes(Problem const& p) {
    const decode_plan plan = plan_decode<Tile>(p, index{1} << 62);
    return piece_layout<Tile>{plan}.bytes();
}

template <class Tile, class Problem> status refusal_of_decode(Problem const& p, workspace const& scratch) {
    constexpr index most = 0x7fffffff;
    if (status why = refusal_of_sizes<Tile>(p); !why.ok()) return why;
    if (p.q().positions() > most / 4 / p.group())
        return status({"q has ", p.q().positions(), " positions of ", p.group(),
                       " heads to a key head but a call takes at most ", most / 4, " rows of them; use cuda(stream)"});
    return refusal_of_workspace(scratch);
}

// What both kernels are launched with.
template <class Problem, class Tile> struct decode_params {
    using q_type = decltype(decltype(Problem::operand)::q);
    using k_type = decltype(decltype(Problem::operand)::k);
    using v_type = std::remove_cvref_t<decltype(values_of(std::declval<Problem const&>()))>;

    Problem problem;
    decode_plan plan;
    operand_plan<q_type, Tile::channels> q;
    operand_plan<k_type, Tile::channels> k;
    operand_plan<v_type, Tile::value_columns> v;
    piece_memory memory;
};
template <class Tile, class Problem>
decode_params<Problem, Tile> make_decode_params(Problem const& p, decode_plan const& plan, void* scratch) {
    const piece_layout<Tile> layout{plan};
    piece_memory memory{};
    if (plan.pieces > 1) {
        char* const at = static_cast<char*>(scratch);
        memory = {reinterpret_cast<word*>(at), reinterpret_cast<float*>(at + layout.live_bytes()),
                  reinterpret_cast<float*>(at + layout.live_bytes() + layout.state_bytes())};
    }
    return {with_addresses(p),
            plan,
            plan_operand<Tile::channels>(p.operand.q),
            plan_operand<Tile::channels>(p.operand.k),
            plan_operand<Tile::value_columns>(values_of(p)),
            memory};
}

} // namespace fovea::inline v0_1::sm80
