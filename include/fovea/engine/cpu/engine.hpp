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

    // Bytes that packed keys and values may take at once.
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

template <class Problem> bool is_decode(Problem const& p) { return p.q().positions() * p.group() <= longest_decode; }

template <int N, class Problem, executor E> void decode(Problem const& p, E& executor) {
    using bound_type = decltype(bind_problem(p, at_head{}, no_strips{}));
    constexpr int moments = bound_type::moment_count;
    auto const &q = p.q(), &k = p.k();
    const index rows = q.positions() * p.group(), pairs = q.batches() * k.heads();
    const decode_pieces cut(k.positions());
    const index pieces = cut.count;
    const index channels = round_up(p.operand.v.channels(), index{N});
    const index workers = greatest(1, executor.concurrency());
    const prepared_operands<Problem> readers(p);
    using scratch_type = decode_scratch<N, Problem, bound_type>;
    buffer<scratch_type> scratch(workers);
    for (index w = 0; w < workers; ++w) new (scratch.data() + w) scratch_type(rows, round_up(q.channels(), index{N}));
    buffer<row_total<moments>> totals(pairs * pieces * rows);
    buffer<float> outputs(pairs * pieces * rows * channels);
    const auto result_of = [&](index pair, index piece) {
        const index first = (pair * pieces + piece) * rows;
        return piece_result<moments>{totals.data() + first, outputs.data() + first * channels};
    };
    // Heads turn faster than pieces: where heads lie side by side, a piece of all of them shares its memory pages.
    share_out(executor, workers, pairs * pieces, [&](index worker, index unit) {
        const index batch = unit / (k.heads() * pieces), piece = unit / k.heads() % pieces, head = unit % k.heads();
        decode_piece<N>(p, readers, batch, head, cut.begin(piece), cut.end(piece), scratch[worker],
                        result_of(batch * k.heads() + head, piece));
    });
    share_out(executor, workers, pairs, [&](index worker, index pair) {
        finish_pieces<N>(p, readers, pair / k.heads(), pair % k.heads(), cut, scratch[worker], result_of(pair, 0));
    });
    for (index w = 0; w < workers; ++w) scratch[w].~scratch_type();
}

template <class Executor, cpu_shape Given, class Problem>
void execute(cpu_engine<Executor, Given>& engine, Problem const& p) {
    constexpr cpu_shape shape = cpu_engine<Executor, Given>::template shape_for<Problem>();
    if (is_decode(p)) decode<shape.lanes>(p, engine.executor);
    else prefill<shape>(p, engine.executor, engine.packing_budget);
}

} // namespace fovea::inline v0_1
