// What describe says of the CPU engine and of the reference engine.
//
//     describe(cpu(), o = sum(p * v)).path      // "prefill" or "decode"
#pragma once
#include "fovea/engine/cpu/copy.hpp"
#include "fovea/engine/reference/engine.hpp"
#include "fovea/launch/describe.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// ---- the CPU engine ------------------------------------------------------------------------------------------------
template <class T> index bytes_of(buffer<T> const& b) { return b.size() * static_cast<index>(sizeof(T)); }

template <cpu_shape Shape, class Problem> std::string why_these_products() {
    if constexpr (Shape.tiles()) return "products of bf16 in the matrix unit (AMX): q, k and v are bf16\n";
    else if constexpr (Shape.pairs())
        return "products of bf16 pairs: q, k and v are bf16 and the machine is faster at pairs\n";
    else if constexpr (all_bf16<Problem>)
        return spell({"products in fp32, though q, k and v are bf16: ", isa_name, " is not faster at pairs\n"});
    else {
        std::string types = spell({"q is ", element_name<typename Problem::query_element>, ", k is ",
                                   element_name<typename Problem::key_element>});
        if (Problem::has_values) types += spell({", v is ", element_name<typename Problem::value_element>});
        return spell({"products in fp32: ", types, "\n"});
    }
}

template <class Plan> index bytes_taken(Plan plan) {
    arena count;
    plan.take(count);
    return count.bytes();
}

template <cpu_shape Shape, class Problem>
void describe_prefill(description& d, Problem const& p, index packing_budget) {
    const prefill_plan<Shape, Problem> plan(p, d.workers, packing_budget);
    const index pair_bytes = plan.packed.pair_bytes();

    d.path = "prefill";
    d.tile = {Shape.query_tile, Shape.key_tile};
    d.why += spell({"prefill, not decode: ", p.q().positions() * p.group(), " query rows share a key head, ",
                    p.q().positions(), " of each query head, which are not few\n"});
    if (plan.when == tiles_packed::ahead)
        d.why += spell({"keys and values are packed ahead, ", plan.in_wave, " of ", plan.pairs,
                        " key heads at a time: ", size_text(plan.in_wave * pair_bytes), " of a budget of ",
                        size_text(packing_budget), "\n"});
    else if (plan.group * plan.query_tiles > 1)
        d.why += spell({"each worker packs the key tiles it visits: one key head packed takes ", size_text(pair_bytes),
                        ", the budget is ", size_text(packing_budget), "\n"});
    else d.why += "each worker packs the key tiles it visits: a key head has a single tile of queries\n";

    d.scratch_bytes = bytes_taken(plan);
}

template <cpu_shape Shape, class Problem> void describe_decode(description& d, Problem const& p) {
    const decode_plan<Shape, Problem> plan(p, d.workers);
    const index pieces = plan.cut.count;
    d.path = "decode";
    d.tile = {1, decode_block};
    d.why += spell({"decode, not prefill: ", plan.rows, " query rows share a key head, ", p.q().positions(),
                    " of each query head, which are few; keys are read where they lie, in ", pieces,
                    pieces == 1 ? std::string(" piece") : spell({" pieces of ", plan.cut.size}), "\n"});
    d.scratch_bytes = bytes_taken(plan);
}

template <class Executor, cpu_shape Given, class Problem>
void describe_problem(description& d, cpu_engine<Executor, Given>& engine, Problem const& p) {
    constexpr cpu_shape shape = cpu_engine<Executor, Given>::template shape_for<Problem>();
    d.isa = spell({isa_name, ", ", index{shape.lanes}, " lanes"});
    d.workers = static_cast<int>(engine.executor.concurrency());
    if (is_decode(p)) {
        describe_decode<decode_shape(shape)>(d, p);
        d.why += why_these_products<decode_shape(shape), Problem>();
    } else {
        describe_prefill<shape>(d, p, engine.packing_budget);
        if (is_positional<std::remove_cvref_t<decltype(p.scored.score)>>)
            d.why += "keys are walked outwards from where the score's bounds peak\n";
        d.why += why_these_products<shape, Problem>();
    }
}

// ---- the reference engine ------------------------------------------------------------------------------------------
template <class Problem> void describe_problem(description& d, reference_engine const&, Problem const& p) {
    d.isa = "double precision";
    d.path = "element by element";
    d.tile = {1, greatest(index{1}, p.k().positions())};
    d.why += "the definition, for checking: nothing is skipped before its mask was asked\n";
    const index channels = p.q().channels(), n = p.k().positions();
    d.scratch_bytes = 8 * ((p.q().positions() + n) * channels + 4 * n + 2 * p.operand.v.channels());
    each(p.outputs, [&](auto, auto const& a) {
        d.scratch_bytes += 4 * bytes_of(a.target) / static_cast<index>(sizeof(*a.target.data));
    });
}

} // namespace v0_1
} // namespace fovea
