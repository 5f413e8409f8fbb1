// An operand written to a view: conversion, rotation and scaling without attention.
//
//     run(cpu(), k_slot = rope_pairs(k_new, frequency));     // append to a cache
#pragma once
#include "fovea/engine/cpu/engine.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <class Executor, cpu_shape Given, view V, operand O>
void execute_copy(cpu_engine<Executor, Given>& engine, assignment<V, O> const& a) {
    constexpr int n = Given.lanes == 0 ? native_isa.lanes : Given.lanes;
    auto const& source = source_of(a.expression);
    const prepared<O> readers(a.expression);
    const index jobs = source.batches() * source.heads(), d = source.channels();
    const index workers = workers_for(jobs, engine.executor.concurrency());
    buffer<float> rows(workers * round_up(d, index{16}));
    share_out(engine.executor, workers, jobs, [&](index worker, index i) {
        const index batch = i / source.heads(), head = i % source.heads();
        row_reader<O, n> reader(readers, batch, head);
        float* row = rows.data() + worker * round_up(d, index{16});
        for (index s = 0; s < source.positions(); ++s) {
            reader.read(s, row);
            auto* to = a.target.row(batch, head, s);
            const index stride = a.target.layout.stride.channel;
            for (index c = 0; c < d; c += n) store_some<n>(to + c * stride, stride, d - c, load<n>(row + c));
        }
    });
}

} // namespace v0_1
} // namespace fovea
