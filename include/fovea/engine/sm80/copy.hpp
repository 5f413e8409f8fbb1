// An operand written to a view on a GPU: conversion, rotation and scaling without attention.
//
//     using kernel = copy_for<ptx_sm80_machine, Operand, View>;      // launched over kernel::blocks_for(params)
//
// A thread takes eight channels of a row; of a rotation in halves four, and those that they turn with. So it writes
// what no other reads, and a copy may be in place: run(engine, k = rope_halves(k, f)).
#pragma once
#include "fovea/base/refusal.hpp"
#include "fovea/engine/sm80/operand_rows.hpp"
#include "fovea/engine/sm80/write.hpp"
#include "fovea/expr/probability.hpp"

namespace fovea::inline v0_1::sm80 {

template <sm80_machine Machine, operand O, view V, int Channels> struct copy_rows {
    static_assert(!is_rotated_twice<O>, "fovea: cuda: an operand is rotated once; write the first rotation to memory");
    static constexpr int threads = 128, blocks = 1, shared_bytes = 0;
    struct params {
        assignment<V, O> copy;
        operand_plan<O, Channels> plan;
        index pairs; // in halves
        index chunks_of_row, chunks;
    };

    static params make_params(assignment<V, O> const& copy) {
        auto const& from = source_of(copy.expression);
        const auto plan = plan_operand<Channels>(copy.expression);
        const index pairs = turns_halves<O> ? pairs_of(plan) : 0;
        const index of_row = ceil_div(pairs, index{4}) + ceil_div(from.channels() - 2 * pairs, index{8});
        return {copy, plan, pairs, of_row, from.batches() * from.heads() * from.positions() * of_row};
    }

    static index blocks_for(params const& p) { return ceil_div(p.chunks, index{threads}); }
    // A rotation's angles are kept for so many channels.
    static status refusal_of(assignment<V, O> const& copy) {
        const index channels = source_of(copy.expression).channels();
        if (!is_rotated<O> || channels <= Channels) return {};
        return status({"the operand copied has ", channels, " channels but the kernel was made for at most ", Channels,
                       "; state them as a constant"});
    }

    FOVEA_DEVICE static void run(params const& p) {
        using element = typename V::element;
        auto const& from = source_of(p.copy.expression);
        const index n = index{Machine::block(0)} * threads + index{Machine::thread()};
        if (n >= p.chunks) return;
        const index all_rows = n / p.chunks_of_row, row = all_rows % from.positions();
        const index head = all_rows / from.positions() % from.heads(),
                    batch = all_rows / from.positions() / from.heads();
        const operand_rows<Machine, O, Channels> rows(p.copy.expression, p.plan, batch, head);
        const auto chunk = static_cast<int>(n % p.chunks_of_row), channels = static_cast<int>(from.channels());
        const auto pairs = static_cast<int>(p.pairs);
        const int beyond = chunk - ceil_div(pairs, 4); // the halves
        float x[8] = {};
        const auto store = [&](int c, int channel) {
            Machine::store(&p.copy.target.at(batch, head, row, channel), stored_as<element>(x[c]));
        };
        if (beyond >= 0) {
            const int first = 2 * pairs + 8 * beyond;
            rows.read(row, first, x);
            FOVEA_UNROLL_DEVICE
            for (int c = 0; c < 8; ++c)
                if (first + c < channels) store(c, first + c);
        } else {
            const auto channel = [&](int c) { return 4 * chunk + c % 4 + c / 4 * pairs; };
            const auto is_own = [&](int c) { return 4 * chunk + c % 4 < pairs; };
            FOVEA_UNROLL_DEVICE
            for (int c = 0; c < 8; ++c) {
                float one[1] = {};
                if (is_own(c)) rows.read(row, channel(c), one);
                x[c] = one[0];
            }
            FOVEA_UNROLL_DEVICE
            for (int c = 0; c < 8; ++c)
                if (is_own(c)) store(c, channel(c));
        }
    }
};

// Made for as many channels as the operand's type states, for 256 where it states none.
template <operand O>
inline constexpr index stated_channels = known_size<typename source_type<O>::channels_type>;
template <class Machine, operand O, view V>
using copy_for =
    copy_rows<Machine, O, V, stated_channels<O> <= 0 ? 256 : static_cast<int>(round_up(stated_channels<O>, index{16}))>;

} // namespace fovea::inline v0_1::sm80
