// A few query rows against many keys on GPUs of compute capability 8.0 and later: decoding with a cache.
//
//     using kernel = decode<ptx_sm80_machine, Problem, Tile>;   // over plan.blocks(); with pieces > 1, then combine
//
// A block takes a packed tile of one key head's rows and a piece of its keys, whose tiles arrive in a ring
// (tile_ring.hpp); every warp works on all rows and on its own keys of each tile, a softmax of its own:
//
//     tile of 64 keys      warp 0: keys 0-15   warp 1: 16-31   warp 2: 32-47   warp 3: 48-63      x 16 rows
//
// At the end the warps' rows are merged through shared memory, a quarter of them by each, and go to the workspace; or,
// where the keys are one piece, straight to the outputs. How keys are cut, and why so: decode_plan.hpp.
#pragma once
#include <utility>

#include "fovea/attend/live_shares.hpp"
#include "fovea/base/array.hpp"
#include "fovea/engine/sm80/careful.hpp"
#include "fovea/engine/sm80/decode_plan.hpp"
#include "fovea/engine/sm80/merge.hpp"
#include "fovea/engine/sm80/tile_ring.hpp"
#include "fovea/engine/sm80/warp_rows.hpp"

namespace fovea::inline v0_1::sm80 {

template <sm80_machine Machine, class Problem, class Tile> class decode_block {
    using params_type = decode_params<Problem, Tile>;
    using of_warp = typename Tile::of_warp;
    using query_element = typename Problem::query_element;
    using rows_type = warp_rows<Machine, Problem, of_warp>;
    using bound_type = typename rows_type::bound_type;
    using mask_type = std::remove_cvref_t<decltype(Problem::scored.mask)>;
    using walk_type = ballot_walk<Machine, constant<float>>; // rows are few: where the score peaks does not matter
    using writer_type = row_writer<Machine, Problem, Tile::values, Tile::query, packed_place>;
    static constexpr int blocks = Tile::blocks_of_warp;
    static constexpr word key_pitch = row_pitch<Tile::channels, Tile::element_bytes>,
                          value_pitch = row_pitch<Tile::value_columns, Tile::element_bytes>;

public:
    FOVEA_DEVICE explicit decode_block(params_type const& params)
        : decode_block(params, std::make_integer_sequence<int, 2 * blocks>{}) {}

    FOVEA_DEVICE void run() {
        const bool split = params_.plan.pieces > 1;
        if (split && Machine::thread() == 0)
            Machine::store(params_.memory.live + piece_layout<Tile>{params_.plan}.piece(place_),
                           static_cast<word>(!tiles_.empty()));
        if (split && tiles_.empty()) return;
        attend_until_clean<Machine, Tile>(pass_, shared_ + Tile::keys_at, rows_, [this] { attend(); });
        merge_warps();
        if (split) leave();
        else write();
    }

    // Rows of several heads, chunk by chunk, through registers.
    FOVEA_DEVICE void begin() const {
        using place = chunk_place<Tile::channels, Tile::element_bytes>;
        constexpr int per_chunk = elements_of_chunk<query_element>, per_word = elements_of_word<query_element>;
        for (int n = static_cast<int>(Machine::thread()); n < Tile::query * place::of_row; n += Tile::threads) {
            const place at(n);
            chunk_words words{};
            if (at.row < rows()) {
                const at_head head = packed().head(first_row() + at.row);
                array_of<float, per_chunk> x;
                operand_rows<Machine, typename params_type::q_type, Tile::channels>(p_.operand.q, params_.q, head.batch,
                                                                                    head.head)
                    .read(packed().position(first_row() + at.row), per_chunk * at.chunk, x);
                FOVEA_UNROLL_DEVICE
                for (int w = 0; w < 4; ++w) words.at[w] = rounded_word<Machine, query_element>(x + w * per_word);
            }
            Machine::store_shared(at(shared_), words);
        }
    }
    FOVEA_DEVICE void load_keys(std::int32_t tile, word stage) const {
        keys_.load(shared_ + Tile::keys_at + stage * Tile::key_bytes, first_key() + index{tile} * Tile::key);
    }
    FOVEA_DEVICE void load_values(std::int32_t tile, word stage) const {
        if constexpr (Problem::has_values)
            values_.load(shared_ + Tile::values_at + stage * Tile::value_bytes, first_key() + index{tile} * Tile::key,
                         pass_ != block_pass::first ? numbers_read::finite : numbers_read::as_they_are);
    }
    FOVEA_DEVICE static constexpr bool leaves_out(live_tile) { return false; } // all warps have the same rows
    FOVEA_DEVICE void score(live_tile, word stage) {
        clear(scores_);
        multiply_scores<Machine, of_warp>(scores_, shared_,
                                          shared_ + Tile::keys_at + stage * Tile::key_bytes + own_key() * key_pitch);
    }
    FOVEA_DEVICE void use(live_tile tile, word stage) {
        rows_.take(scores_, tile, lane_rows{*this, first_key() + index{tile.number()} * Tile::key + index{own_key()}},
                   shared_ + Tile::values_at + stage * Tile::value_bytes + own_key() * value_pitch);
    }

private:
    template <int... Rows>
    FOVEA_DEVICE decode_block(params_type const& params, std::integer_sequence<int, Rows...>)
        : params_(params),
          p_(params.problem),
          place_(place_of(params.plan, Machine::block(0))),
          shared_(Machine::shared_base()),
          pass_(params.plan.careful != 0 ? block_pass::careful : block_pass::first),
          tiles_(live_shares<Machine>(mask(), box(), {p_.k().first, p_.k().positions(), Tile::key})
                     .run(place_.piece, params.plan.pieces, params.plan.least_tiles)),
          bound_{bind_problem(p_, packed().head(row(Rows)), by_powers{})...},
          keys_(p_.operand.k, params.k, packed().batch, packed().kv_head),
          values_(values_of(p_), params.v, packed().batch, packed().kv_head) {
        keys_.hold();
        values_.hold();
    }

    // ---- rows -------------------------------------------------------------------------------------------------------
    // Worked out anew where it is asked rather than kept in registers.
    FOVEA_DEVICE rows_on_device packed() const { return packed_rows_of(params_.plan, place_.head); }
    FOVEA_DEVICE index first_row() const { return index{place_.tile} * Tile::query; }
    FOVEA_DEVICE int rows() const {
        return static_cast<int>(least(index{params_.plan.rows} - first_row(), index{Tile::query}));
    }
    // This lane's n-th packed row, clipped to the last: l / 4 of sixteen, l / 4 + 8, those of the next sixteen.
    FOVEA_DEVICE index row(int n) const {
        return least(first_row() + 8 * n + index{Machine::lane() / 4}, index{params_.plan.rows} - 1);
    }
    FOVEA_DEVICE index query(int n) const { return p_.q().first + packed().position(row(n)); }
    FOVEA_DEVICE mask_of_group<mask_type, rows_on_device> mask() const { return {p_.scored.mask, packed()}; }
    FOVEA_DEVICE element_box box() const {
        const index first = p_.q().first + packed().position(first_row()),
                    last = p_.q().first + packed().position(first_row() + rows() - 1);
        return {packed().batch, packed().head(0).head, packed().kv_head, {first, last},
                index_range{},  p_.q().first,          p_.k().first};
    }
    // Tiles are numbered from the first of this piece.
    FOVEA_DEVICE index first_key() const { return index{tiles_.begin} * Tile::key; }
    FOVEA_DEVICE index keys() const { return least(index{tiles_.end} * Tile::key, p_.k().positions()) - first_key(); }

    // ---- the pass over the piece ------------------------------------------------------------------------------------
    FOVEA_DEVICE void attend() {
        const auto ground = [this] {
            const element_box all = box();
            return walk_ground{all, all.query, {p_.k().first + first_key(), keys(), Tile::key}};
        };
        const auto group_mask = mask();
        walk_type walk(constant<float>{0}, group_mask, ground);
        tile_ring<Machine, Tile::stages>::run([&] { return walk.next(p_.scored.score, group_mask, ground); }, *this);
    }
    FOVEA_DEVICE static word own_key() { return Machine::warp() * of_warp::key; } // the first, in a tile

    // This lane's rows against this warp's keys of a tile, for warp_rows: each row has its own head.
    struct lane_rows {
        decode_block const& block;
        index column; // of the first key

        FOVEA_DEVICE tile_frame frame(int m, int r) const {
            auto const& q = block.p_.q();
            auto const& k = block.p_.k();
            const at_head at = block.packed().head(block.row(2 * m + r));
            const auto key = 2 * static_cast<std::int32_t>(Machine::lane() % 4);
            const auto valid = static_cast<std::int32_t>(least(k.positions() - column, index{of_warp::key}));
            return {at.batch, at.head, at.kv_head, q.first, k.first, k.first + column + key, valid - key};
        }
        FOVEA_DEVICE index query(int m, int r) const { return block.query(2 * m + r); }
        FOVEA_DEVICE bound_type const& bound(int m, int r) const { return block.bound_[2 * m + r]; }
        FOVEA_DEVICE float lowest_reference() const { return lowest_of(block.pass_); }
    };

    // ---- the end ----------------------------------------------------------------------------------------------------
    // The rows that this warp merges, of a tile's.
    FOVEA_DEVICE int own_begin() const { return static_cast<int>(Machine::warp()) * (Tile::query / Tile::warps); }
    FOVEA_DEVICE int own_end() const { return least(own_begin() + Tile::query / Tile::warps, rows()); }
    FOVEA_DEVICE packed_place own_place() const { return {packed(), packed().batch, first_row(), own_end()}; }

    // After every warp has read its last tile: each leaves its rows, and merges those of its own of all warps, in their
    // order, into what the first warp left.
    FOVEA_DEVICE void merge_warps() const {
        Machine::sync_block();
        const word staged = shared_ + Machine::warp() * Tile::staged_bytes;
        const auto lane = static_cast<int>(Machine::lane());
        const writer_type writer(p_, own_place(), staged);
        FOVEA_UNROLL_DEVICE
        for (int m = 0; m < blocks; ++m) {
            writer.stage_sums(m, rows_.output[m]);
            FOVEA_UNROLL_DEVICE
            for (int r = 0; r < 2; ++r) {
                const auto total = folded_over_lanes<Machine>(rows_.state[m][r]);
                if (lane % 4 == 0)
                    keep_total(total, [&](int n, float x) {
                        Machine::store_shared(state_at<Tile::values>(staged, Tile::query, 16 * m + 8 * r + lane / 4, n),
                                              x);
                    });
            }
        }
        Machine::sync_block();
        for (int r = own_begin(); r < own_end(); ++r)
            merge_staged<Machine, Problem, Tile::values>(shared_, Tile::staged_bytes, Tile::warps, Tile::query, r);
        Machine::sync_warp();
        if constexpr (Problem::has_values)
            if (pass_ != block_pass::first)
                for (int r = own_begin(); r < own_end(); ++r) add_non_finite(r);
    }
    FOVEA_DEVICE void add_non_finite(int r) const {
        const at_head head = packed().head(first_row() + r);
        const bound_type bound = bind_problem(p_, head, by_powers{});
        non_finite_values<Machine, params_type, bound_type, Tile>(params_, bound, head)
            .add_to({head.batch, head.head, packed().position(first_row() + r), 1}, shared_, r,
                    {first_key(), first_key() + keys() - 1});
    }

    // To the workspace.
    FOVEA_DEVICE void leave() const {
        const piece_layout<Tile> layout{params_.plan};
        for (int r = own_begin(); r < own_end(); ++r) {
            const index here = layout.row(place_, r);
            each_pair<Machine, Tile::values>([&](int, int c) {
                Machine::store(reinterpret_cast<pair_of<float>*>(params_.memory.sums + (here * Tile::values + c)),
                               Machine::template load_shared<pair_of<float>>(shared_ + output_at<Tile::values>(r, c)));
            });
            const auto lane = static_cast<int>(Machine::lane());
            float mine = 0;
            keep_total(staged_total<Machine, bound_type::moment_count, Tile::values>(shared_, Tile::query, r),
                       [&](int n, float x) { mine = lane == n ? x : mine; });
            if (lane < row_numbers) Machine::store(params_.memory.states + (here * row_numbers + lane), mine);
        }
    }

    // To the outputs.
    FOVEA_DEVICE void write() const {
        const writer_type writer(p_, own_place(), shared_);
        const int mine = own_begin() + static_cast<int>(Machine::lane());
        if (mine < own_end()) finish_staged(writer, p_, own_place(), shared_, mine);
        Machine::sync_warp();
        writer.write(own_begin());
    }

    params_type const& params_;
    Problem const& p_;
    decode_place place_;
    word shared_;
    block_pass pass_;
    tile_run tiles_;
    array_of<bound_type, 2 * blocks> bound_; // of this lane's rows
    tile_loader<Machine, Tile::threads, Tile::key, Tile::channels, typename params_type::k_type> keys_;
    tile_loader<Machine, Tile::threads, Tile::key, Tile::value_columns, typename params_type::v_type> values_;
    rows_type rows_;
    typename rows_type::scores_type scores_; // of the tile at work
};

template <sm80_machine Machine, class Problem, class Tile> struct decode {
    static constexpr int threads = Tile::threads, blocks = Tile::blocks, shared_bytes = Tile::shared_bytes;
    using params = decode_params<Problem, Tile>;

    FOVEA_DEVICE static void run(params const& p) {
        decode_block<Machine, Problem, Tile> block(p);
        block.run();
    }
};

} // namespace fovea::inline v0_1::sm80
