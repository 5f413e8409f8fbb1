// Forward attention on GPUs of compute capability 8.0 and later: moves data, multiplies and waits.
//
//     using kernel = forward<ptx_sm80_machine, Problem, Tile>;    kernel::threads, kernel::params, kernel::run(params)
//
// A block of threads takes a tile of queries of one head and walks over its live key tiles, which arrive in a ring
// (tile_ring.hpp). Each warp works on its own rows; a tile that is dead for those alone is waited for but not computed.
#pragma once
#include "fovea/engine/sm80/careful.hpp"
#include "fovea/engine/sm80/plan.hpp"
#include "fovea/engine/sm80/shape.hpp"
#include "fovea/engine/sm80/tile_ring.hpp"
#include "fovea/engine/sm80/warp_rows.hpp"
#include "fovea/engine/sm80/write.hpp"

namespace fovea::inline v0_1::sm80 {

template <sm80_machine Machine, class Problem, class Tile, class Plan> class forward_block {
    using params_type = forward_params<Problem, Tile, Plan>;
    using rows_type = warp_rows<Machine, Problem, Tile>;
    using bound_type = typename rows_type::bound_type;
    using walk_type = ballot_walk<Machine, decltype(bound_type::score)>;

public:
    FOVEA_DEVICE explicit forward_block(params_type const& params)
        : forward_block(params, place_of<Machine>(params.plan, Machine::block(0))) {}

    FOVEA_DEVICE void run() {
        attend_until_clean<Machine, Tile>(pass_, shared_ + Tile::keys_at, rows_, [this] { attend(); });
        write();
    }

    // ---- what the ring asks for -------------------------------------------------------------------------------------
    FOVEA_DEVICE void load_keys(std::int32_t tile, word stage) const {
        keys_.load(shared_ + Tile::keys_at + stage * Tile::key_bytes, index{tile} * Tile::key);
    }
    FOVEA_DEVICE void load_values(std::int32_t tile, word stage) const {
        if constexpr (Problem::has_values)
            values_.load(shared_ + Tile::values_at + stage * Tile::value_bytes,
                         index{Machine::opaque(tile)} * Tile::key,
                         pass_ != block_pass::first ? numbers_read::finite : numbers_read::as_they_are);
    }
    FOVEA_DEVICE static void begin() {}
    FOVEA_DEVICE static bool leaves_out(live_tile tile) { return tile.is_dead(); }
    FOVEA_DEVICE void score(live_tile, word stage) {
        clear(scores_);
        multiply_scores<Machine, Tile>(scores_, shared_ + Machine::warp() * (Tile::query_bytes / Tile::warps),
                                       shared_ + Tile::keys_at + stage * Tile::key_bytes);
    }
    FOVEA_DEVICE void use(live_tile tile, word stage) {
        rows_.take(scores_, tile, lane_rows(*this, tile.number()),
                   shared_ + Tile::values_at + stage * Tile::value_bytes);
    }

private:
    FOVEA_DEVICE forward_block(params_type const& params, block_place at)
        : forward_block(params, at, head_of(params.plan, at.head)) {}
    FOVEA_DEVICE forward_block(params_type const& params, block_place place, at_head at)
        : params_(params),
          p_(params.problem),
          tile_(place.tile),
          kept_rows_{kept_row(0), kept_row(1)},
          shared_(Machine::shared_base()),
          pass_(params.plan.careful != 0 ? block_pass::careful : block_pass::first),
          bound_(bind_problem(params.problem, hidden(at), by_powers{})),
          keys_(p_.operand.k, params.k, at.batch, at.kv_head),
          values_(values_of(p_), params.v, at.batch, at.kv_head) {
        keys_.hold();
        values_.hold();
        tile_loader<Machine, Tile::threads, Tile::query, Tile::channels, typename params_type::q_type>(
            p_.operand.q, params.q, at.batch, at.head)
            .load(shared_, row_of(tile_)); // what asks for the first keys closes the group
    }

    // What an expression is bound to is kept: where its tables begin would be found again for every tile that reads
    // them.
    FOVEA_DEVICE static at_head hidden(at_head at) {
        return {Machine::opaque(at.batch), Machine::opaque(at.head), Machine::opaque(at.kv_head)};
    }
    FOVEA_DEVICE void attend() {
        const auto ground = [this] { return walked(); };
        walk_type walk(bound_.score, bound_.mask, ground);
        tile_ring<Machine, Tile::stages>::run([&] { return walk.next(bound_.score, bound_.mask, ground); }, *this);
    }

    FOVEA_DEVICE walk_ground walked() const {
        auto const& q = p_.q();
        auto const& k = p_.k();
        const at_head at = here();
        const auto warp = static_cast<std::int32_t>(Machine::opaque(Machine::warp()));
        const index first = q.first + row_of(Machine::opaque(tile_)), last = q.first + q.positions() - 1,
                    own = first + warp * Tile::rows_of_warp; // beyond the last: no rows, to which every tile is dead
        return {{at.batch,
                 at.head,
                 at.kv_head,
                 {first, least(first + Tile::query - 1, last)},
                 index_range{},
                 q.first,
                 k.first},
                {own, least(own + Tile::rows_of_warp - 1, last)},
                {k.first, k.positions(), Tile::key}};
    }
    // Worked out anew where it is asked, seldom, rather than kept in registers. In the loop over the tiles that takes a
    // number that the compiler knows nothing of.
    FOVEA_DEVICE at_head here() const {
        return head_of(params_.plan, place_of<Machine>(params_.plan, Machine::opaque(Machine::block(0))).head);
    }
    FOVEA_DEVICE static index row_of(std::int32_t tile) { return index{tile} * Tile::query; } // the first of a block
    // Of a block's rows, of which `first` is the first: the last that exists, and this lane's n-th, clipped to it.
    FOVEA_DEVICE std::int32_t last_row_behind(index first) const {
        return static_cast<std::int32_t>(least(p_.q().positions() - first, index{Tile::query})) - 1;
    }
    FOVEA_DEVICE static std::int32_t lane_row(int n, std::int32_t last) {
        // the warp's first and lane / 4, of the number that both are made of
        const auto quad = static_cast<std::int32_t>(Machine::thread() / 4);
        return least(quad + quad / 8 * (Tile::rows_of_warp - 8) + 8 * n, last);
    }
    FOVEA_DEVICE std::int32_t kept_row(int n) const { // 32 rows a warp leave them no register
        return Tile::blocks_of_warp == 1 ? Machine::opaque(lane_row(n, last_row_behind(row_of(tile_)))) : 0;
    }

    // This lane's rows against a tile of keys, for warp_rows.
    struct lane_rows {
        forward_block const& block;
        at_head at;
        std::int32_t tile;
        index first; // row of the block
        std::int32_t last; // of its rows, the last that exists

        FOVEA_DEVICE lane_rows(forward_block const& b, std::int32_t nth)
            : block(b),
              at(b.here()),
              tile(Machine::opaque(nth)),
              first(row_of(Machine::opaque(b.tile_))),
              last(b.last_row_behind(first)) {}

        FOVEA_DEVICE tile_frame frame(int, int) const {
            auto const& q = block.p_.q();
            auto const& k = block.p_.k();
            const index column = index{tile} * Tile::key;
            const auto key = 2 * (static_cast<std::int32_t>(Machine::lane()) % 4);
            const auto valid = static_cast<std::int32_t>(least(k.positions() - column, index{Tile::key}));
            return {at.batch, at.head, at.kv_head, q.first, k.first, k.first + key + column, valid - key};
        }
        FOVEA_DEVICE index query(int m, int r) const {
            return block.p_.q().first + first +
                   (Tile::blocks_of_warp == 1 ? block.kept_rows_[r] : lane_row(2 * m + r, last));
        }
        FOVEA_DEVICE bound_type const& bound(int, int) const { return block.bound_; }
        FOVEA_DEVICE float lowest_reference() const { return lowest_of(block.pass_); }
    };

    // After every warp has read its last tile: outputs are staged where the operands were.
    FOVEA_DEVICE void write() const {
        Machine::sync_block();
        const block_place place = place_of<Machine>(params_.plan, Machine::opaque(Machine::block(0)));
        const at_head head = head_of(params_.plan, place.head);
        const index row = row_of(place.tile) + static_cast<std::int32_t>(Machine::warp()) * Tile::rows_of_warp;
        const index left = p_.q().positions() - row;
        const rows_place at{head.batch, head.head, row,
                            static_cast<int>(greatest(index{0}, least(left, index{Tile::rows_of_warp})))};
        const word staged = shared_ + Machine::warp() * (Tile::rows_of_warp * Tile::staged_bytes_of_row);
        const row_writer<Machine, Problem, Tile::values, Tile::rows_of_warp> writer(p_, at, staged);
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < Tile::blocks_of_warp; ++m) writer.stage(m, rows_.state[m], rows_.output[m], bound_.sink);
        Machine::sync_warp();
        if constexpr (Problem::has_values)
            if (pass_ != block_pass::first)
                non_finite_values<Machine, params_type, bound_type, Tile>(params_, bound_, head).add_to(at, staged);
        writer.write();
    }

    params_type const& params_;
    Problem const& p_;
    std::int32_t tile_; // of queries
    std::int32_t kept_rows_[2]; // this lane's, of the block's
    word shared_;
    block_pass pass_;
    bound_type bound_;
    tile_loader<Machine, Tile::threads, Tile::key, Tile::channels, typename params_type::k_type> keys_;
    tile_loader<Machine, Tile::threads, Tile::key, Tile::value_columns, typename params_type::v_type> values_;
    rows_type rows_;
    typename rows_type::scores_type scores_; // of the tile at work
};

template <sm80_machine Machine, class Problem, class Tile, class Plan = block_plan> struct forward {
    static constexpr int threads = Tile::threads, blocks = Tile::blocks, shared_bytes = Tile::shared_bytes;
    using params = forward_params<Problem, Tile, Plan>;

    FOVEA_DEVICE static void run(params const& p) {
        forward_block<Machine, Problem, Tile, Plan> block(p);
        block.run();
    }
};

} // namespace fovea::inline v0_1::sm80
