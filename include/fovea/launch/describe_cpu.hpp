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
    if constexpr (Shape.pairs())
        return "products of bf16 pairs: q, k and v are bf16 and the machine multiplies pairs\n";
    else if constexpr (all_bf16<Problem>)
        return std::string("products in fp32, though q, k and v are bf16: ") + isa_name +
               " has no product of bf16 pairs\n";
    else {
        std::string types = spell({"q is ", element_name<typename Problem::query_element>, ", k is ",
                                   element_name<typename Problem::key_element>});
        if (Problem::has_values) types += spell({", v is ", element_name<typename Problem::value_element>});
        return spell({"products in fp32: ", types, "\n"});
    }
}

template <cpu_shape Shape, class Problem>
void describe_prefill(description& d, Problem const& p, index packing_budget) {
    using bound_type = decltype(bind_problem(p, at_head{}, strip_store{}));
    auto const &q = p.q(), &k = p.k();
    const index channels = q.channels(), value_channels = p.operand.v.channels();
    const index query_tiles = ceil_div(q.positions(), index{Shape.query_tile}), pairs = q.batches() * k.heads();
    const index pair_bytes =
        packed_bytes<Shape>(ceil_div(k.positions(), index{Shape.key_tile}), channels, value_channels);
    const bool many = p.group() * query_tiles > 1, ahead = many && pair_bytes <= packing_budget;
    const index in_wave =
        ahead ? greatest(index{1}, least(pairs, packing_budget / greatest(pair_bytes, index{1}))) : pairs;

    d.path = "prefill";
    d.tile = {Shape.query_tile, Shape.key_tile};
    d.why += spell({"prefill, not decode: ", q.positions() * p.group(), " query rows share a key head, more than ",
                    longest_decode, "\n"});
    if (ahead)
        d.why += spell({"keys and values are packed ahead, ", in_wave, " of ", pairs, " key heads at a time: ",
                        size_text(in_wave * pair_bytes), " of a budget of ", size_text(packing_budget), "\n"});
    else if (many)
        d.why += spell({"each worker packs the key tiles it visits: one key head packed takes ", size_text(pair_bytes),
                        ", the budget is ", size_text(packing_budget), "\n"});
    else d.why += "each worker packs the key tiles it visits: a key head has a single tile of queries\n";

    tile_scratch<Shape, bound_type, strips_needed<Problem>> one(channels, value_channels);
    if (!ahead) one.make_room();
    d.scratch_bytes = d.workers * (bytes_of(one.queries) + bytes_of(one.weights) + bytes_of(one.output) +
                                   bytes_of(one.row) + bytes_of(one.strips) + bytes_of(one.keys) +
                                   bytes_of(one.values) + bytes_of(one.key_rows) + bytes_of(one.states));
    d.scratch_bytes +=
        (ahead ? in_wave * pair_bytes : 0) + in_wave * p.group() * query_tiles * static_cast<index>(sizeof(tile_job));
}

template <int N, class Problem> void describe_decode(description& d, Problem const& p) {
    using bound_type = decltype(bind_problem(p, at_head{}, no_strips{}));
    using state_type = typename decode_scratch<N, Problem, bound_type>::state_type;
    auto const &q = p.q(), &k = p.k();
    const index rows = q.positions() * p.group(), pairs = q.batches() * k.heads(), piece = piece_of(k.positions());
    const index pieces = greatest(index{1}, ceil_div(k.positions(), piece));
    const index channels = round_up(q.channels(), index{N}),
                value_channels = round_up(p.operand.v.channels(), index{N});
    const auto bytes = [](auto const* x) { return static_cast<index>(sizeof(*x)); };

    d.path = "decode";
    d.tile = {1, decode_block};
    d.why += spell({"decode, not prefill: ", rows, " query rows share a key head, at most ", longest_decode,
                    "; keys are read where they lie, in ", pieces,
                    pieces == 1 ? std::string(" piece") : spell({" pieces of ", piece}), "\n"});
    const index worker = rows * (channels + decode_block) * 4 +
                         rows * (bytes(static_cast<state_type*>(nullptr)) + bytes(static_cast<bound_type*>(nullptr)));
    const index unit = rows * (bytes(static_cast<row_total<bound_type::moment_count>*>(nullptr)) + value_channels * 4);
    d.scratch_bytes = d.workers * worker + pairs * pieces * unit;
}

template <class Executor, cpu_shape Given, class Problem>
void describe_problem(description& d, cpu_engine<Executor, Given>& engine, Problem const& p) {
    constexpr cpu_shape shape = cpu_engine<Executor, Given>::template shape_for<Problem>();
    d.isa = spell({isa_name, ", ", index{shape.lanes}, " lanes"});
    d.workers = static_cast<int>(engine.executor.concurrency());
    if (is_decode(p)) {
        describe_decode<shape.lanes>(d, p);
        d.why += "products in fp32: decoding reads each key once, memory sets the pace\n";
    } else {
        describe_prefill<shape>(d, p, engine.packing_budget);
        d.why += why_these_products<shape, Problem>();
        if (is_positional<std::remove_cvref_t<decltype(p.scored.score)>>)
            d.why += "keys are walked outwards from where the score's bounds peak\n";
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
