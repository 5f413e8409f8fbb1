// An operand written to a view on a GPU: conversion, rotation and scaling without attention.
//
//     using kernel = copy_rows<ptx_sm80_machine, Operand, View, 128>;      // launched over kernel::blocks_of(copy)
//
// A thread takes eight channels of a row.
#pragma once
#include "fovea/engine/sm80/operand_rows.hpp"
#include "fovea/engine/sm80/write.hpp"
#include "fovea/expr/probability.hpp"

namespace fovea::sm80 {

template <sm80_machine Machine, operand O, view V, int Channels> struct copy_rows {
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

} // namespace fovea::sm80
