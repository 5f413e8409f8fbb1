// Forward attention on GPUs of compute capability 8.0 and later: moves data, multiplies and waits.
//
//     using kernel = forward<ptx_sm80_machine, Problem, Tile>;    kernel::threads, kernel::params, kernel::run(params)
//
// A block of threads takes a tile of queries of one head and walks over its live key tiles. Keys and values arrive by
// cp.async in a ring of stages: the loads k0 v0 k1 v1 ... are numbered, and while number i is used, number
// i + 2 stages - 1 is asked for, into the place that number i - 1 left.
//
//     wait for keys,   sync, ask for values of tile + stages - 1,   scores = queries x keys
//     wait for values, sync, ask for keys of tile + stages,         score, mask, softmax; output += weights x values
//
// Each warp works on its own rows; a tile that is dead for those alone is waited for but not computed.
#pragma once
#include "fovea/attend/ballot_walk.hpp"
#include "fovea/engine/sm80/careful.hpp"
#include "fovea/engine/sm80/plan.hpp"
#include "fovea/engine/sm80/products.hpp"
#include "fovea/engine/sm80/shape.hpp"
#include "fovea/engine/sm80/write.hpp"

namespace fovea::sm80 {

template <sm80_machine Machine, class Problem, class Tile, class Plan> class forward_block {
    using params_type = forward_params<Problem, Tile, Plan>;
    using value_format = typename Tile::formats::values;
    static constexpr int weight_tiles = Tile::key / product_depth<value_format>;
    using place_type = std::conditional_t<Problem::has_values, output_place<Tile::values>, nothing_put>;
    using bound_type = decltype(bind_problem(std::declval<Problem const&>(), at_head{}, no_strips{}));
    using state_type = row_state_for<bound_type, value_format>;
    using walk_type = ballot_walk<Machine, decltype(bound_type::score)>;
    static constexpr int blocks = Tile::blocks_of_warp, value_columns = Tile::value_columns;
    static constexpr int output_tiles = Problem::has_values ? Tile::values / 8 : 1;

public:
    FOVEA_DEVICE explicit forward_block(params_type const& params)
        : params_(params),
          p_(params.problem),
          tile_(place_of<Machine>(params.plan, Machine::block(0)).tile),
          last_row_(static_cast<std::int32_t>(least(p_.q().positions() - tile_row(), index{Tile::query}) - 1)),
          shared_(Machine::shared_base()),
          careful_(params.plan.careful != 0),
          bound_(bind_problem(params.problem, here(), no_strips{})),
          keys_(p_.operand.k, params.k, here().batch, here().kv_head),
          values_(values_operand(), params.v, here().batch, here().kv_head) {}

    FOVEA_DEVICE void run() {
        for (bool again = true; again;) {
            attend();
            again = false;
            if constexpr (Problem::has_values)
                if (!careful_)
                    again = careful_ = any_of_block<Machine, Tile>(shared_, is_spoiled<Machine>(output_, state_));
        }
        write();
    }

private:
    FOVEA_DEVICE void attend() {
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < blocks; ++m) {
            FOVEA_UNROLL_DEVICE
            for (int i = 0; i < 2; ++i) state_[m][i].clear();
            FOVEA_UNROLL_DEVICE
            for (int n = 0; n < output_tiles; ++n) clear(output_[m][n]);
        }
        const auto ground = [this] { return walked(); };
        walk_type walk(bound_.score, bound_.mask, ground);
        live_tile coming[Tile::stages + 1];
        FOVEA_UNROLL_DEVICE
        for (live_tile& tile : coming) tile = walk.next(bound_.mask, ground);
        tile_loader<Machine, Tile::threads, Tile::query, Tile::channels, typename params_type::q_type>(
            p_.operand.q, params_.q, here().batch, here().head)
            .load(shared_, tile_row());
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < 2 * Tile::stages - 1; ++i) {
            if (i % 2 == 0) load_keys(coming[i / 2], static_cast<word>(i / 2));
            else load_values(coming[i / 2], static_cast<word>(i / 2));
            Machine::commit_copies();
        }

        for (word stage = 0; coming[0].exists(); stage = after(stage)) {
            const live_tile now = coming[0];
            wait_for_copies();
            load_values(coming[Tile::stages - 1], before(stage));
            Machine::commit_copies();
            matrix_sums scores[blocks][Tile::key / 8];
            FOVEA_UNROLL_DEVICE
            for (int m = 0; m < blocks; ++m) {
                FOVEA_UNROLL_DEVICE
                for (int n = 0; n < Tile::key / 8; ++n) clear(scores[m][n]);
            }
            if (!now.is_dead())
                multiply_scores<Machine, Tile>(scores, shared_ + Machine::warp() * (Tile::query_bytes / Tile::warps),
                                               shared_ + Tile::keys_at + stage * Tile::key_bytes);

            wait_for_copies();
            const word values_at = shared_ + Tile::values_at + stage * Tile::value_bytes;
            load_keys(coming[Tile::stages], stage);
            Machine::commit_copies();
            if (!now.is_dead()) {
                matrix_words weights[blocks][weight_tiles];
                if (now.is_whole()) step<coverage::all>(scores, weights, now.number());
                else step<coverage::some>(scores, weights, now.number());
                if constexpr (Problem::has_values) multiply_values<Machine, Tile>(output_, weights, values_at);
            }
            FOVEA_UNROLL_DEVICE
            for (int i = 0; i < Tile::stages; ++i) coming[i] = coming[i + 1];
            coming[Tile::stages] = walk.next(bound_.mask, ground);
        }
        Machine::template wait_copies<0>();
    }

    FOVEA_DEVICE walk_ground walked() const {
        auto const &q = p_.q(), &k = p_.k();
        const at_head at = here();
        const index first = q.first + tile_row(), last = q.first + q.positions() - 1,
                    own = q.first + row(); // beyond the last: no rows, to which every tile is dead
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
    // Worked out anew where it is asked, seldom, rather than kept in registers.
    FOVEA_DEVICE at_head here() const {
        const std::int32_t of_all = place_of<Machine>(params_.plan, Machine::block(0)).head;
        const auto heads = static_cast<std::int32_t>(p_.q().heads()), head = of_all % heads;
        return {of_all / heads, head, head / static_cast<std::int32_t>(p_.group())};
    }
    FOVEA_DEVICE index tile_row() const { return index{tile_} * Tile::query; } // the first of the block
    FOVEA_DEVICE index row() const { // the first of this warp
        return tile_row() + own_row();
    }
    FOVEA_DEVICE static std::int32_t own_row() { // the same, counted from the block's
        return static_cast<std::int32_t>(Machine::warp()) * Tile::rows_of_warp;
    }
    // The ring's next stage, and the one before; of two, the other.
    FOVEA_DEVICE static word after(word stage) {
        if constexpr (Tile::stages == 2) return stage ^ 1;
        else return stage + 1 == Tile::stages ? 0 : stage + 1;
    }
    FOVEA_DEVICE static word before(word stage) {
        if constexpr (Tile::stages == 2) return stage ^ 1;
        else return stage == 0 ? Tile::stages - 1 : stage - 1;
    }
    FOVEA_DEVICE static void wait_for_copies() {
        Machine::template wait_copies<2 * Tile::stages - 2>();
        Machine::sync_block();
    }
    FOVEA_DEVICE static void clear(matrix_sums& sums) {
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < 4; ++i) sums[i] = 0.f;
    }
    FOVEA_DEVICE auto const& values_operand() const {
        if constexpr (Problem::has_values) return p_.operand.v;
        else return p_.k();
    }
    FOVEA_DEVICE void load_keys(live_tile tile, word stage) const {
        if (tile.exists())
            keys_.load(shared_ + Tile::keys_at + stage * Tile::key_bytes, index{tile.number()} * Tile::key);
    }
    FOVEA_DEVICE void load_values(live_tile tile, word stage) const {
        if constexpr (Problem::has_values)
            if (tile.exists())
                values_.load(shared_ + Tile::values_at + stage * Tile::value_bytes, index{tile.number()} * Tile::key,
                             careful_ ? numbers_read::finite : numbers_read::as_they_are);
    }

    template <coverage Covered>
    FOVEA_DEVICE void step(matrix_sums (&scores)[blocks][Tile::key / 8], matrix_words (&weights)[blocks][weight_tiles],
                           std::int32_t tile) {
        const index column = index{tile} * Tile::key, first = p_.q().first + tile_row();
        const auto lane = static_cast<std::int32_t>(Machine::lane()), key = 2 * (lane % 4);
        const auto valid = static_cast<std::int32_t>(least(p_.k().positions() - column, index{Tile::key}));
        const at_head at = here();
        const tile_frame frame{at.batch,   at.head, at.kv_head, p_.q().first, p_.k().first, p_.k().first + key + column,
                               valid - key};
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < blocks; ++m) {
            const std::int32_t row = own_row() + 16 * m + lane / 4;
            matrix_fragment<Machine, Tile::key, value_format, place_type, Covered> fragment{
                frame,
                {first + least(row, last_row_), first + least(row + 8, last_row_)},
                scores[m],
                weights[m],
                place(m)};
            FOVEA_UNROLL_DEVICE
            for (int r = 0; r < 2; ++r) {
                state_[m][r].alpha = 1; // nothing waits to be rescaled
                if constexpr (Problem::normalised) step_row<Covered>(fragment, r, state_[m][r], bound_);
                else sigmoid_row<Covered>(fragment, r, state_[m][r], bound_);
            }
        }
    }
    FOVEA_DEVICE place_type place(int m) {
        if constexpr (Problem::has_values) return {output_[m]};
        else return {};
    }

    // After every warp has read its last tile: outputs are staged where the operands were.
    FOVEA_DEVICE void write() const {
        Machine::sync_block();
        const index left = p_.q().positions() - row();
        const at_head head = here();
        const rows_place at{head.batch, head.head, row(),
                            static_cast<int>(greatest(index{0}, least(left, index{Tile::rows_of_warp})))};
        const word staged = shared_ + Machine::warp() * (Tile::rows_of_warp * Tile::staged_bytes_of_row);
        const row_writer<Machine, Problem, Tile::values, Tile::rows_of_warp> writer(p_, at, staged);
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < blocks; ++m) writer.stage(m, state_[m], output_[m], bound_.sink);
        Machine::sync_warp();
        if constexpr (Problem::has_values)
            if (careful_)
                non_finite_values<Machine, params_type, bound_type, Tile>(params_, bound_, head).add_to(at, staged);
        writer.write();
    }

    params_type const& params_;
    Problem const& p_;
    std::int32_t tile_, last_row_; // of the block's rows, the last that exists
    word shared_;
    bool careful_;
    bound_type bound_;
    tile_loader<Machine, Tile::threads, Tile::key, Tile::channels, typename params_type::k_type> keys_;
    tile_loader<Machine, Tile::threads, Tile::key, value_columns, typename params_type::v_type> values_;
    state_type state_[blocks][2];
    matrix_sums output_[blocks][output_tiles];
};

template <sm80_machine Machine, class Problem, class Tile, class Plan = block_plan> struct forward {
    static constexpr int threads = Tile::threads, blocks = Tile::blocks, shared_bytes = Tile::shared_bytes;
    using params = forward_params<Problem, Tile, Plan>;

    FOVEA_DEVICE static void run(params const& p) {
        forward_block<Machine, Problem, Tile, Plan> block(p);
        block.run();
    }
};

} // namespace fovea::sm80
