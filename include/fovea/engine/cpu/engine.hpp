// The CPU engine: flash forward for many queries, a path of its own for few.
//
//     fovea::run(fovea::cpu(), o = fovea::sum(p * v));
//     fovea::run(fovea::cpu(pool).with_packing(256 << 20), ...);
//
// Memory: workers x tile, and at most the packing budget for packed keys and values. Nothing is kept between runs.
#pragma once
#include "fovea/engine/cpu/decode.hpp"
#include "fovea/engine/cpu/prefill.hpp"

namespace fovea::inline v0_1 {

inline constexpr index default_packing_budget = index{64} << 20;

// Executor: a type by value, or a reference to an executor that lives elsewhere.
template <class Executor, cpu_shape Shape = cpu_shape{.lanes = 0}> struct cpu_engine {
    static constexpr char const* name = "cpu";
    Executor executor;
    index packing_budget = default_packing_budget;

    // Bytes that packed keys and values may take at once; 0 packs each tile when it is visited.
    constexpr cpu_engine with_packing(index bytes) const { return {executor, bytes}; }
    // Another shape than the default for this machine, for measurements and tests.
    template <cpu_shape Other> constexpr cpu_engine<Executor, Other> with_shape() const {
        return {executor, packing_budget};
    }

    template <class Problem> static consteval cpu_shape shape_for() {
        if constexpr (Shape.lanes == 0) return default_shape(native_isa, all_bf16<Problem>);
        else {
            cpu_shape s = Shape;
            if (!all_bf16<Problem>) s.product = products::fp32;
            return s;
        }
    }
};

inline constexpr cpu_engine<serial> cpu() { return {serial{}}; }
template <class E> constexpr cpu_engine<E> cpu(E&& e) {
    static_assert(executor<std::remove_reference_t<E>>,
                  "fovea: cpu(executor) takes an executor: run(n, f) and concurrency()");
    return {static_cast<E&&>(e)};
}

template <class Problem> bool is_decode(Problem const& p) { return are_few(p.q().positions(), p.group()); }

// How a run cuts its work, and all the memory that it takes.
template <cpu_shape Shape, class Problem> struct decode_plan {
    using bound_type = decltype(bind_problem(std::declval<Problem const&>(), at_head{}, no_strips{}));
    using scratch_type = decode_scratch<Shape, Problem, bound_type>;
    static constexpr int moments = bound_type::moment_count;

    index rows, pairs, channels, value_channels; // rows of a (batch, kv head) pair
    decode_pieces cut;
    index workers;
    arena_array<scratch_type> scratch; // of each worker
    arena_array<row_total<moments>> totals; // of the rows of each piece of each pair
    arena_array<float> outputs;

    decode_plan(Problem const& p, index concurrency)
        : rows(p.q().positions() * p.group()),
          pairs(p.q().batches() * p.k().heads()),
          channels(p.q().channels()),
          value_channels(p.operand.v.channels()),
          cut(p.k().positions(), rows),
          workers(workers_for(pairs * cut.count, concurrency)) {}

    void take(arena& from) {
        scratch = from.make<scratch_type>(workers, rows, channels, value_channels);
        totals = from.take<row_total<moments>>(pairs * cut.count * rows);
        outputs = from.take<float>(pairs * cut.count * rows * output_channels());
    }
    piece_result<moments> result_of(index pair, index piece) const {
        const index first = (pair * cut.count + piece) * rows;
        return {totals.data() + first, outputs.data() + first * output_channels()};
    }
    index output_channels() const { return decode_operands<Shape, Problem>::value_words::whole(value_channels); }
};

template <cpu_shape Shape, class Problem, executor E> void decode(Problem const& p, E& executor) {
    auto const& k = p.k();
    const prepared_operands<Problem> readers(p);
    decode_plan<Shape, Problem> plan(p, executor.concurrency());
    const buffer<std::byte> memory = in_one_block([&](arena& from) { plan.take(from); });
    const index pieces = plan.cut.count;
    // Heads turn faster than pieces: where heads lie side by side, a piece of all of them shares its memory pages.
    const index units = plan.pairs * pieces;
    const auto piece_of_unit = [&](index unit) {
        const index piece = unit / k.heads() % pieces;
        return key_piece{unit / (k.heads() * pieces), unit % k.heads(), plan.cut.begin(piece), plan.cut.end(piece)};
    };
    share_out(executor, plan.workers, units, [&](index worker, index unit) {
        const key_piece piece = piece_of_unit(unit);
        const index next = unit + plan.workers;
        decode_piece<Shape>(p, readers, piece, next < units ? piece_of_unit(next) : key_piece{}, plan.scratch[worker],
                            plan.result_of(piece.batch * k.heads() + piece.kv_head, unit / k.heads() % pieces));
    });
    share_out(executor, plan.workers, plan.pairs, [&](index worker, index pair) {
        finish_pieces<Shape>(p, readers, pair / k.heads(), pair % k.heads(), plan.cut, plan.scratch[worker],
                             plan.result_of(pair, 0));
    });
}

template <class Executor, cpu_shape Given, class Problem>
status execute(cpu_engine<Executor, Given>& engine, Problem const& p) {
    constexpr bool compiles = compiles_vectors || sizeof(Problem) == 0;
    static_assert(
        compiles,
        "fovea: nvcc cannot compile the CPU engine, as it allows no vectors in __host__ __device__ functions: "
        "call run(cpu(), ...) in a .cpp file; cuda() and reference() run here");
    if constexpr (compiles) {
        constexpr cpu_shape shape = cpu_engine<Executor, Given>::template shape_for<Problem>();
        if (engine.packing_budget < 0)
            return status({"with_packing is given ", engine.packing_budget, " bytes; give it 0 or more"});
        if (is_decode(p)) {
            decode<decode_shape(shape)>(p, engine.executor);
            return status();
        }
        if constexpr (shape.tiles())
            if (status why = matrix_unit_refused(); !why.ok()) return why;
        prefill<shape>(p, engine.executor, engine.packing_budget);
    }
    return status();
}

} // namespace fovea::inline v0_1
