// Forward attention on GPUs of compute capability 8.0 and later: moves data, multiplies and waits.
//
//     using kernel = forward<ptx_sm80_machine, Problem, Tile>;      kernel::threads, kernel::params, kernel::run(params)
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
#include "fovea/engine/sm80/plan.hpp"
#include "fovea/engine/sm80/products.hpp"
#include "fovea/engine/sm80/shape.hpp"
#include "fovea/engine/sm80/write.hpp"

namespace fovea::sm80 {

template <class Problem> struct forward_params {
    Problem problem;
    block_plan plan;
};

template <sm80_machine Machine, class Problem, class Tile> class forward_block {
    using k_view = source_type<decltype(decltype(Problem::operand)::k)>;
    using q_view = source_type<decltype(decltype(Problem::operand)::q)>;
    using v_view = std::conditional_t<Problem::has_values, decltype(decltype(Problem::operand)::v), k_view>;
    using score_element = typename Problem::key_element;
    using value_element = std::conditional_t<Problem::has_values, typename Problem::value_element, bf16>;
    using place_type = std::conditional_t<Problem::has_values, output_place<Tile::values>, no_output_place>;
    using bound_type = decltype(bind_problem(std::declval<Problem const&>(), at_head{}, no_strips{}));
    using state_type = row_state<float, bound_type::moment_count>;
    using walk_type = ballot_walk<Machine, decltype(bound_type::score), decltype(bound_type::mask)>;
    static constexpr int blocks = Tile::blocks_of_warp;
    static constexpr int output_tiles = Problem::has_values ? Tile::values / 8 : 1;

public:
    FOVEA_DEVICE forward_block(forward_params<Problem> const& params, at_head here, index first_row)
        : p_(params.problem),
          here_(here),
          row_(first_row + static_cast<index>(Machine::warp()) * Tile::rows_of_warp),
          bound_(bind_problem(params.problem, here, no_strips{})),
          keys_(p_.k(), here.batch, here.kv_head, params.plan.k),
          values_(values_view(), here.batch, here.kv_head, params.plan.v) {
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < blocks; ++m) {
            FOVEA_UNROLL_DEVICE
            for (int i = 0; i < 2; ++i) state_[m][i].clear(0.f, masked_score);
            FOVEA_UNROLL_DEVICE
            for (int n = 0; n < output_tiles; ++n) clear(output_[m][n]);
        }
    }

    FOVEA_DEVICE void attend(q_view const& q, copy_width width, index first_row) {
        const word shared = Machine::shared_base();
        const key_tiles tiles{p_.k().first, p_.k().positions(), Tile::key};
        const index first = q.first + first_row, last = q.first + q.positions() - 1;
        const element_box box{here_.batch,   here_.head, here_.kv_head, {first, least(first + Tile::query - 1, last)},
                              index_range{}, q.first,    p_.k().first};
        const index own = least(q.first + row_, last);
        walk_type walk(bound_.score, bound_.mask, box, {own, least(own + Tile::rows_of_warp - 1, last)}, tiles);
        live_tile coming[Tile::stages + 1];
        FOVEA_UNROLL_DEVICE
        for (live_tile& tile : coming) tile = walk.next();

        tile_loader<Machine, Tile::threads, Tile::query, Tile::channels, q_view>(q, here_.batch, here_.head, width)
            .load(shared, first_row);
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < 2 * Tile::stages - 1; ++i) {
            if (i % 2 == 0) load_keys(shared, coming[i / 2], static_cast<word>(i / 2));
            else load_values(shared, coming[i / 2], static_cast<word>(i / 2));
            Machine::commit_copies();
        }

        word stage = 0;
        while (coming[0].number >= 0) {
            const live_tile now = coming[0];
            const bool live = now.own != coverage::none;
            Machine::template wait_copies<2 * Tile::stages - 2>();
            Machine::sync_block();
            load_values(shared, coming[Tile::stages - 1], (stage + Tile::stages - 1) % Tile::stages);
            Machine::commit_copies();
            matrix_sums scores[blocks][Tile::key / 8];
            FOVEA_UNROLL_DEVICE
            for (int m = 0; m < blocks; ++m) {
                FOVEA_UNROLL_DEVICE
                for (int n = 0; n < Tile::key / 8; ++n) clear(scores[m][n]);
            }
            if (live)
                multiply_scores<Machine, score_element, Tile>(
                    scores, shared + Machine::warp() * (Tile::rows_of_warp * row_pitch<Tile::channels>),
                    shared + Tile::keys_at + stage * Tile::key_bytes);

            Machine::template wait_copies<2 * Tile::stages - 2>();
            Machine::sync_block();
            load_keys(shared, coming[Tile::stages], stage);
            Machine::commit_copies();
            if (live) {
                matrix_words weights[blocks][Tile::key / 16];
                if (now.own == coverage::all) step<coverage::all>(scores, weights, now.number);
                else step<coverage::some>(scores, weights, now.number);
                if constexpr (Problem::has_values)
                    multiply_values<Machine, value_element, Tile>(output_, weights,
                                                                  shared + Tile::values_at + stage * Tile::value_bytes);
            }
            FOVEA_UNROLL_DEVICE
            for (int i = 0; i < Tile::stages; ++i) coming[i] = coming[i + 1];
            coming[Tile::stages] = walk.next();
            stage = stage + 1 == Tile::stages ? 0 : stage + 1;
        }
        Machine::template wait_copies<0>();
    }

    FOVEA_DEVICE void write() const {
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < blocks; ++m) {
            const index row = row_ + 16 * m + static_cast<index>(Machine::lane() / 4);
            const row_place at{here_.batch, here_.head, row, p_.q().positions()};
            FOVEA_UNROLL_DEVICE
            for (int r = 0; r < 2; ++r) {
                const auto total = folded_over_lanes<Machine>(state_[m][r]);
                if constexpr (Problem::normalised) write_row<Machine>(p_, finish(total, bound_.sink), output_[m], r, at);
                else write_row<Machine>(p_, finish_unnormalised(total), output_[m], r, at);
            }
        }
    }

private:
    FOVEA_DEVICE static void clear(matrix_sums& sums) {
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < 4; ++i) sums[i] = 0.f;
    }
    FOVEA_DEVICE v_view const& values_view() const {
        if constexpr (Problem::has_values) return p_.operand.v;
        else return p_.k();
    }
    FOVEA_DEVICE void load_keys(word shared, live_tile tile, word stage) const {
        if (tile.number >= 0)
            keys_.load(shared + Tile::keys_at + stage * Tile::key_bytes, index{tile.number} * Tile::key);
    }
    FOVEA_DEVICE void load_values(word shared, live_tile tile, word stage) const {
        if constexpr (Problem::has_values)
            if (tile.number >= 0)
                values_.load(shared + Tile::values_at + stage * Tile::value_bytes, index{tile.number} * Tile::key);
    }

    template <coverage Covered>
    FOVEA_DEVICE void step(matrix_sums (&scores)[blocks][Tile::key / 8],
                           matrix_words (&weights)[blocks][Tile::key / 16], std::int32_t tile) {
        const index column = index{tile} * Tile::key, last = p_.q().first + p_.q().positions() - 1;
        const auto lane = static_cast<std::int32_t>(Machine::lane());
        const auto valid = static_cast<std::int32_t>(least(p_.k().positions() - column, index{Tile::key}));
        const tile_frame frame{here_.batch,  here_.head,
                               here_.kv_head, p_.q().first,
                               p_.k().first,  p_.k().first + column + 2 * (lane % 4),
                               valid - 2 * (lane % 4)};
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < blocks; ++m) {
            const index query = p_.q().first + row_ + 16 * m + lane / 4;
            matrix_fragment<Machine, Tile::key, value_element, place_type, Covered> fragment{
                frame, {least(query, last), least(query + 8, last)}, scores[m], weights[m], place(m)};
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

    Problem const& p_;
    at_head here_;
    index row_; // first of this warp
    bound_type bound_;
    tile_loader<Machine, Tile::threads, Tile::key, Tile::channels, k_view> keys_;
    tile_loader<Machine, Tile::threads, Tile::key, Tile::values == 0 ? 16 : Tile::values, v_view> values_;
    state_type state_[blocks][2];
    matrix_sums output_[blocks][output_tiles];
};

template <sm80_machine Machine, class Problem, class Tile> struct forward {
    static constexpr int threads = Tile::threads, blocks = Tile::blocks, shared_bytes = Tile::shared_bytes;
    using params = forward_params<Problem>;

    FOVEA_DEVICE static void run(params const& p) {
        const block_place at = place_of(p.plan, Machine::block(0));
        auto const& q = p.problem.q();
        const index head = at.head % q.heads(), first_row = index{at.tile} * Tile::query;
        forward_block<Machine, Problem, Tile> block(p, {at.head / q.heads(), head, head / p.problem.group()}, first_row);
        block.attend(q, p.plan.q, first_row);
        block.write();
    }
};

} // namespace fovea::sm80
