// An operand written to a view on a GPU: conversion, rotation and scaling without attention.
//
//     using kernel = copy_for<ptx_sm80_machine, Operand, View>;      // launched over kernel::blocks_for(params)
//
// A thread takes eight channels of a row.
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
        index chunks; // of all rows
    };

    static index chunks_of(O const& o) {
        auto const& from = source_of(o);
        return from.batches() * from.heads() * from.positions() * ceil_div(from.channels(), index{8});
    }
    static params make_params(assignment<V, O> const& copy) {
        return {copy, plan_operand<Channels>(copy.expression), chunks_of(copy.expression)};
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
        const index of_row = ceil_div(from.channels(), index{8});
        const index n = index{Machine::block(0)} * threads + index{Machine::thread()};
        if (n >= p.chunks) return;
        const index row = n / of_row % from.positions(), head = n / of_row / from.positions() % from.heads();
        const index batch = n / of_row / from.positions() / from.heads();
        const auto channel = static_cast<int>(8 * (n % of_row));
        float x[8];
        operand_rows<Machine, O, Channels>(p.copy.expression, p.plan, batch, head).read(row, channel, x);
        FOVEA_UNROLL_DEVICE
        for (int c = 0; c < 8; ++c)
            if (channel + c < from.channels())
                Machine::store(&p.copy.target.at(batch, head, row, channel + c), stored_as<element>(x[c]));
    }
};

// Made for as many channels as the operand's type states, for 256 where it states none.
template <operand O>
inline constexpr index stated_channels = known_size<typename source_type<O>::channels_type>;
template <class Machine, operand O, view V>
using copy_for =
    copy_rows<Machine, O, V, stated_channels<O> <= 0 ? 256 : static_cast<int>(round_up(stated_channels<O>, index{16}))>;

} // namespace fovea::inline v0_1::sm80
