// The second kernel of a decoding call: the pieces of every row merged, in order, and the outputs written.
//
//     using kernel = combine<ptx_sm80_machine, Problem, Tile>;      // launched over blocks_of(plan), after decode's
//
// A warp takes a row. Pieces without a live key tile are not read; the others four at a time, so that their loads wait
// together.
#pragma once
#include "fovea/engine/sm80/decode_plan.hpp"
#include "fovea/engine/sm80/merge.hpp"

namespace fovea::sm80 {

template <sm80_machine Machine, class Problem, class Tile> struct combine {
    static constexpr int warps = 4, threads = 32 * warps, blocks = 1;
    static constexpr word staged_bytes = output_pitch<Tile::values> + 4 * kept_numbers; // of a warp's row
    static constexpr int shared_bytes = static_cast<int>(warps * staged_bytes);
    using params = decode_params<Problem, Tile>;
    using row_type = merged_row<Machine, Problem, Tile::values>;

    static index blocks_of(decode_plan const& plan) { return ceil_div(index{plan.heads} * plan.rows, index{warps}); }

    FOVEA_DEVICE static void run(params const& p) {
        const index number = index{Machine::block(0)} * warps + index{Machine::warp()};
        if (number >= index{p.plan.heads} * p.plan.rows) return;
        const auto head = static_cast<std::int32_t>(number / p.plan.rows);
        const auto row = static_cast<std::int32_t>(number % p.plan.rows);
        const index kv_heads = p.problem.k().heads();
        row_type merged;
        for (std::int32_t first = 0; first < p.plan.pieces; first += 32) add_pieces(p, {head, first, row}, merged);

        const word staged = Machine::shared_base() + Machine::warp() * staged_bytes;
        const packed_place at{head / kv_heads, head % kv_heads, p.problem.group(), row, 1};
        const row_writer<Machine, Problem, Tile::values, 1, packed_place> writer(p.problem, at, staged);
        merged.stage(staged, 1, 0);
        if (Machine::lane() == 0) finish_staged(writer, p.problem, at, staged, 0);
        Machine::sync_warp();
        writer.write();
    }

private:
    // 32 pieces from the given one on. Here place.tile is the row's number.
    FOVEA_DEVICE static void add_pieces(params const& p, decode_place of_row, row_type& merged) {
        const piece_layout<Tile> layout{p.plan};
        decode_place at{of_row.head, of_row.piece, of_row.tile / Tile::query};
        const int of_tile = of_row.tile % Tile::query;
        const auto mine = static_cast<std::int32_t>(Machine::lane());
        const index first = layout.piece(at);
        word live =
            Machine::ballot(of_row.piece + mine < p.plan.pieces && Machine::load(p.memory.live + (first + mine)) != 0);
        constexpr int together = 4;
        while (live != 0) {
            typename row_type::total_type totals[together];
            row_sums<Tile::values> sums[together]{};
            int count = 0;
            FOVEA_UNROLL_DEVICE
            for (int i = 0; i < together; ++i) {
                if (live == 0) continue;
                at.piece = of_row.piece + Machine::first_bit(live);
                live &= live - 1;
                ++count;
                const index here = layout.row(at, of_tile);
                totals[i] = kept_total<decltype(Problem::moments)::count>(
                    [&](int n) { return Machine::load(p.memory.states + (here * row_numbers + n)); });
                each_pair<Machine, Tile::values>([&](int pair, int c) {
                    sums[i][pair] = Machine::load(
                        reinterpret_cast<pair_of<float> const*>(p.memory.sums + (here * Tile::values + c)));
                });
            }
            FOVEA_UNROLL_DEVICE
            for (int i = 0; i < together; ++i)
                if (i < count) merged.add(totals[i], sums[i]);
        }
    }
};

} // namespace fovea::sm80
