// describe: what a run would do and why, without doing it.
//
//     std::puts(to_string(describe(cpu(), o = sum(p * v), l = logsumexp(s))).c_str());
//
// Not part of fovea.hpp or fovea.cuh: include <fovea/describe.hpp>, <fovea/describe.cuh> or both. Cost: every tile of
// every head is classified once. An engine brings describe_problem(description&, engine, problem), found by its own
// namespace, and there says which tile it takes; the counting is here, for all of them.
#pragma once
#include "fovea/expr/text.hpp"
#include "fovea/launch/run.hpp"
#include "fovea/plan/census.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// What a GPU's kernel takes; blocks is 0 where no GPU was asked for. Blocks, threads and shared_bytes are known without
// a device; without_device is a sentence where there is none, and what follows it is then 0.
struct [[gnu::visibility("default")]] kernel_use {
    index blocks = 0, threads = 0; // of the grid; of a block
    index shared_bytes = 0; // of a block, asked for at the launch
    std::string without_device{}, device{};
    index static_shared_bytes = 0, registers = 0, spilled_bytes = 0; // of a block; of a thread
    index multiprocessors = 0, blocks_at_once = 0; // blocks_at_once: of one multiprocessor
    double waves = 0; // times that the device is filled
};

// Counts are of all batches and heads. Where the mask is in memory that the host cannot read, countable is false, and
// tiles, elements and bytes are not known. Flops count a multiplication and an addition as two, of the two products
// alone.
struct [[gnu::visibility("default")]] description {
    std::string refusal{}; // why the call would not run; all else is then empty
    std::string engine{}, isa{}, path{}, score{}, mask{}, outputs{};
    std::string why{}; // one reason a line
    tile_size tile{};
    bool countable = true;
    census counted{};
    index flops_live = 0, flops_useful = 0; // flops_useful is -1 where the attended elements were not counted
    index scratch_bytes = 0;
    int workers = 1;
    kernel_use kernel{};
};

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
        if (d.refusal.empty() && d.countable) d.counted = take_census(p, d.tile);
        const index flops_of_element = 2 * (p.q().channels() + p.operand.v.channels());
        d.flops_live = d.counted.live_elements * flops_of_element;
        d.flops_useful = d.counted.attended < 0 || !d.countable ? -1 : d.counted.attended * flops_of_element;
    }
    return d.refusal.empty() ? d : description{.refusal = d.refusal};
}

// 999, 12.3 M, 4.2 G
FOVEA_COLD inline std::string giga_text(index n) {
    const bool few = n < 1000000, some = n < 1000000000;
    char words[32];
    std::snprintf(words, sizeof words,
                  few    ? "%.0f"
                  : some ? "%.1f M"
                         : "%.1f G",
                  static_cast<double>(n) / (few    ? 1
                                            : some ? 1e6
                                                   : 1e9));
    return words;
}

// What it would cost, a line each: tiles, floating-point operations, bytes.
FOVEA_COLD inline void count_lines(description const& d, auto const& lines) {
    census const& c = d.counted;
    if (!d.countable)
        return lines("tiles", spell({d.tile.queries, " x ", d.tile.keys, ": not counted, ",
                                     "the mask reads memory that the host does not"}));
    if (!d.score.empty()) {
        const index live = c.full + c.partial;
        lines("tiles", spell({d.tile.queries, " x ", d.tile.keys, ": ", live, " live of ", live + c.dead, " (", c.full,
                              " full, ", c.partial, " partial)"}));
        const std::string useful =
            d.flops_useful < 0 ? "useful part not counted" : spell({giga_text(d.flops_useful), " useful"});
        lines("flops", spell({giga_text(d.flops_live), " on live tiles, ", useful}));
        lines("scratch", size_text(d.scratch_bytes));
    }
    lines("bytes", spell({size_text(c.bytes_read), " read, ", size_text(c.bytes_written), " written, at the least"}));
}

FOVEA_COLD inline void kernel_lines(kernel_use const& k, auto const& lines) {
    lines("blocks",
          spell({k.blocks, " of ", k.threads, " threads and ", size_text(k.shared_bytes), " of shared memory each"}));
    if (!k.without_device.empty()) return lines("device", k.without_device);
    char waves[32];
    std::snprintf(waves, sizeof waves, "%.2f", k.waves);
    lines("device", spell({k.device, ": ", k.multiprocessors, " multiprocessors of ", k.blocks_at_once,
                           " blocks at once, filled ", waves, " times"}));
    lines("kernel",
          spell({k.registers, " registers a thread, ", k.spilled_bytes == 0 ? "nothing" : size_text(k.spilled_bytes),
                 " spilled, ", size_text(k.static_shared_bytes), " of static shared memory"}));
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
    const std::string isa = d.isa.empty() ? d.isa : spell({" (", d.isa, ")"});
    const std::string workers =
        d.kernel.blocks > 0 ? "" : spell({", ", index{d.workers}, d.workers == 1 ? " worker" : " workers"});
    lines("engine", spell({d.engine, isa, ", ", d.path, workers}));
    lines("score s", d.score);
    lines("mask", d.mask);
    lines("outputs", d.outputs);
    count_lines(d, lines);
    if (d.kernel.blocks > 0) kernel_lines(d.kernel, lines);
    lines("why", d.why);
    return text;
}

} // namespace v0_1
} // namespace fovea
