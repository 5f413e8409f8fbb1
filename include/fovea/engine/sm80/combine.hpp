// The second kernel of a decoding call: the pieces of every row merged, in order, and the outputs written.
//
//     using kernel = combine<ptx_sm80_machine, Problem, Tile>;      // launched over blocks_of(plan), after decode's
//
// A block takes a row, each of its warps an equal part of the pieces. A piece is some hundred bytes in the second-level
// cache, which is far away: the loads of eight are asked for before the first is needed, whether they are live or not.
#pragma once
#include "fovea/engine/sm80/decode_plan.hpp"
#include "fovea/engine/sm80/merge.hpp"

namespace fovea::inline v0_1::sm80 {

template <sm80_machine Machine, class Problem, class Tile> struct combine {
    static constexpr int warps = 4, threads = 32 * warps, blocks = 1;
    static constexpr word staged_bytes = output_pitch<Tile::values> + 4 * kept_numbers; // of a warp's row
    static constexpr int shared_bytes = static_cast<int>(warps * staged_bytes);
    using params = decode_params<Problem, Tile>;
    using row_type = merged_row<Machine, Problem, Tile::values>;

    static index blocks_of(decode_plan const& plan) { return index{plan.heads} * plan.rows; }

    FOVEA_DEVICE static void run(params const& p) {
        const auto warp = static_cast<std::int32_t>(Machine::warp());
        const auto head = static_cast<std::int32_t>(word{Machine::block(0)} / p.plan.rows),
                   row = static_cast<std::int32_t>(word{Machine::block(0)} % p.plan.rows);
        const auto pieces = static_cast<std::int32_t>(p.plan.pieces.by);
        const std::int32_t share = ceil_div(pieces, warps), end = least(pieces, (warp + 1) * share);
        row_type merged;
        for (std::int32_t first = warp * share; first < end; first += together)
            add_pieces(p, {head, first, row}, end, merged);
        const word shared = Machine::shared_base();
        merged.stage(shared + Machine::warp() * staged_bytes, 1, 0);
        Machine::sync_block();
        if (warp != 0) return;

        merge_staged<Machine, Problem, Tile::values>(shared, staged_bytes, warps, 1, 0);
        const rows_on_device packed = packed_rows_of(p.plan, head);
        const packed_place at{packed, packed.batch, row, 1};
        const row_writer<Machine, Problem, Tile::values, 1, packed_place> writer(p.problem, at, shared);
        Machine::sync_warp();
        if (Machine::lane() == 0) finish_staged(writer, p.problem, at, shared, 0);
        Machine::sync_warp();
        writer.write();
    }

private:
    static constexpr int together = 8;

    // As many pieces from the given one on, below `end`. Here place.tile is the row's number.
    FOVEA_DEVICE static void add_pieces(params const& p, decode_place of_row, std::int32_t end, row_type& merged) {
        const piece_layout<Tile> layout{p.plan};
        decode_place at{of_row.head, of_row.piece, of_row.tile / Tile::query};
        const int of_tile = of_row.tile % Tile::query;
        bool live[together];
        typename row_type::total_type totals[together];
        row_sums<Tile::values> sums[together]{};
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < together; ++i) {
            at.piece = least(of_row.piece + i, end - 1);
            live[i] = of_row.piece + i < end && Machine::load(p.memory.live + layout.piece(at)) != 0;
            const index here = layout.row(at, of_tile);
            totals[i] = kept_total<decltype(Problem::moments)::count>(
                [&](int n) { return Machine::load(p.memory.states + (here * row_numbers + n)); });
            each_pair<Machine, Tile::values>([&](int pair, int c) {
                sums[i][pair] =
                    Machine::load(reinterpret_cast<pair_of<float> const*>(p.memory.sums + (here * Tile::values + c)));
            });
        }
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < together; ++i)
            if (live[i]) merged.add(totals[i], sums[i]);
    }
};

} // namespace fovea::inline v0_1::sm80
