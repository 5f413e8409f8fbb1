// describe: what a run would do and why, without doing it.
//
//     std::puts(to_string(describe(cpu(), o = sum(p * v), l = logsumexp(s))).c_str());
//
// Not part of fovea.hpp: include <fovea/describe.hpp>. Cost: every tile of every head is classified once.
#pragma once
#include "fovea/engine/cpu/copy.hpp"
#include "fovea/engine/reference/engine.hpp"
#include "fovea/expr/text.hpp"
#include "fovea/launch/run.hpp"
#include "fovea/plan/census.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Counts are of all batches and heads. Flops count a multiplication and an addition as two, of the two products alone.
struct [[gnu::visibility("default")]] description {
    std::string refusal{}; // why the call would not run; all else is then empty
    std::string engine{}, isa{}, path{}, score{}, mask{}, outputs{};
    std::string why{}; // one reason a line
    tile_size tile{};
    census counted{};
    index flops_live = 0, flops_useful = 0; // flops_useful is -1 where the attended elements were not counted
    index scratch_bytes = 0;
    int workers = 1;
};

// ---- the CPU engine ------------------------------------------------------------------------------------------------
template <class T> index bytes_of(buffer<T> const& b) { return b.size() * static_cast<index>(sizeof(T)); }

// 9999 B, 12.3 kB, 4.2 MB: three digits or so.
inline std::string size_text(index bytes) {
    constexpr char const* units[] = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    double n = static_cast<double>(bytes);
    for (; unit < 4 && n >= (unit == 0 ? 1e4 : 1e3); ++unit) n /= 1e3;
    char words[32];
    std::snprintf(words, sizeof words, unit == 0 ? "%.0f %s" : "%.1f %s", n, units[unit]);
    return words;
}

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

// ---- both ----------------------------------------------------------------------------------------------------------
FOVEA_COLD inline std::string with_replaced(std::string const& text, std::string const& what, char const* by) {
    std::string changed;
    std::size_t begin = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, begin)) {
        changed.append(text, begin, at - begin).append(by);
        begin = at + what.size();
    }
    return changed.append(text, begin, std::string::npos);
}

template <class V, class E>
std::string output_text(assignment<V, E> const& a, std::string const& scores) {
    return spell({element_name<std::remove_const_t<typename V::element>>, extents_text(a.target), " = ",
                  with_replaced(to_string(a.expression), scores, "s")});
}

template <class Engine, class... Assignments>
description describe(Engine&& engine, Assignments const&... assignments) {
    static_assert(sizeof...(Assignments) > 0 && (is_assignment<Assignments> && ...),
                  "fovea: describe takes an engine and what run takes: assignments such as o = sum(p * v)");
    description d;
    d.engine = std::remove_cvref_t<Engine>::name;
    if constexpr ((is_copy<Assignments> && ...)) {
        d.path = "copy";
        ((d.refusal.empty() ? static_cast<void>(d.refusal = refusal_of_copy(assignments).sentence()) : void()), ...);
        ((d.outputs += to_string(assignments) + "\n"), ...);
        ((d.counted.bytes_read += bytes_of(source_of(assignments.expression))), ...);
        ((d.counted.bytes_written += bytes_of(assignments.target)), ...);
    } else {
        const auto p = make_problem(assignments...);
        d.refusal = refusal(p, assignments...).sentence();
        if (!d.refusal.empty()) return description{.refusal = d.refusal};
        d.score = to_string(p.scored.score);
        d.mask = to_string(p.scored.mask);
        const std::string scores = to_string(scores_of(all_leaves(assignments...).head));
        ((d.outputs += output_text(assignments, scores) + "\n"), ...);
        describe_problem(d, engine, p);
        d.counted = take_census(p, d.tile);
        const index flops_of_element = 2 * (p.q().channels() + p.operand.v.channels());
        d.flops_live = d.counted.live_elements * flops_of_element;
        d.flops_useful = d.counted.attended < 0 ? -1 : d.counted.attended * flops_of_element;
    }
    return d.refusal.empty() ? d : description{.refusal = d.refusal};
}

// Several lines, each a heading and what it says.
inline std::string to_string(description const& d) {
    if (!d.refusal.empty()) return spell({"would not run: ", d.refusal, "\n"});
    std::string text;
    const auto lines = [&](char const* heading, std::string const& what) {
        for (std::size_t begin = 0, end = 0; begin < what.size(); begin = end + 1, heading = "") {
            end = what.find('\n', begin);
            if (end == std::string::npos) end = what.size();
            const std::string name = heading;
            text += name + std::string(10 - name.size(), ' ') + what.substr(begin, end - begin) + "\n";
        }
    };
    const auto giga = [](index n) {
        char words[32];
        std::snprintf(words, sizeof words,
                      n < 1000000      ? "%.0f"
                      : n < 1000000000 ? "%.1f M"
                                       : "%.1f G",
                      static_cast<double>(n) / (n < 1000000      ? 1
                                                : n < 1000000000 ? 1e6
                                                                 : 1e9));
        return std::string(words);
    };
    census const& c = d.counted;
    const std::string isa = d.isa.empty() ? d.isa : spell({" (", d.isa, ")"});
    lines("engine",
          spell({d.engine, isa, ", ", d.path, ", ", index{d.workers}, d.workers == 1 ? " worker" : " workers"}));
    lines("score s", d.score);
    lines("mask", d.mask);
    lines("outputs", d.outputs);
    if (!d.score.empty()) {
        const index live = c.full + c.partial;
        lines("tiles", spell({d.tile.queries, " x ", d.tile.keys, ": ", live, " live of ", live + c.dead, " (", c.full,
                              " full, ", c.partial, " partial)"}));
        const std::string useful =
            d.flops_useful < 0 ? "useful part not counted" : spell({giga(d.flops_useful), " useful"});
        lines("flops", spell({giga(d.flops_live), " on live tiles, ", useful}));
        lines("scratch", size_text(d.scratch_bytes));
    }
    lines("bytes", spell({size_text(c.bytes_read), " read, ", size_text(c.bytes_written), " written, at the least"}));
    lines("why", d.why);
    return text;
}

} // namespace v0_1
} // namespace fovea
