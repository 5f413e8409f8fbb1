// What values decide: every refusal of a problem, as a sentence that names the argument, the two values that disagree and
// what to do. An empty string lets the problem run.
//
//     std::string why = refusal(problem);
//
// Nothing has been written when a problem is refused. Each sentence has a test in tests/engine/refusals.cpp.
#pragma once
#include <cstdint>
#include <string>

#include "fovea/plan/problem.hpp"
#include "fovea/score/bias.hpp"

namespace fovea {

inline std::string text_of(index n) { return std::to_string(n); }

inline std::string disagree(char const* a, index x, char const* b, index y, char const* what_to_do) {
    return std::string("fovea: ") + a + " is " + text_of(x) + " but " + b + " is " + text_of(y) + "; " + what_to_do;
}

// A view by itself: sizes, pointer, alignment, strides. `empty_rows`: zero positions are allowed (a cache without keys).
template <view V> std::string refuse_view(V const& v, std::string const& name, bool empty_rows, bool written) {
    const auto say = [&](char const* what, index n, char const* rest) {
        return "fovea: " + name + " has " + text_of(n) + " " + what + rest;
    };
    constexpr char const* at_least_one = "; give it at least 1";
    if (v.batches() <= 0) return say("batches", v.batches(), at_least_one);
    if (v.heads() <= 0) return say("heads", v.heads(), at_least_one);
    if (v.channels() <= 0) return say("channels", v.channels(), at_least_one);
    if (v.positions() < (empty_rows ? 0 : 1)) return say("positions", v.positions(), empty_rows ? "; give it 0 or more" : at_least_one);
    if (v.positions() == 0) return {};
    if (v.data == nullptr)
        return "fovea: " + name + " has a null data pointer but " + text_of(v.positions()) + " positions; point it at its elements";
    constexpr index size = sizeof(typename V::element);
    const auto misplaced = static_cast<index>(reinterpret_cast<std::uintptr_t>(v.data) % static_cast<std::uintptr_t>(size));
    if (misplaced != 0)
        return "fovea: " + name + " lies " + text_of(misplaced) + " bytes past an element of " + text_of(size) +
               " bytes; align it to its element type";
    strides const& s = v.layout.stride;
    const struct {
        char const* axis;
        index stride, extent;
    } axes[] = {{"batch", s.batch, v.batches()},
                {"head", s.head, v.heads()},
                {"position", s.position, v.positions()},
                {"channel", s.channel, v.channels()}};
    for (auto const& axis : axes) {
        if (axis.stride < 0)
            return "fovea: " + name + " has a " + axis.axis + " stride of " + text_of(axis.stride) +
                   " over " + text_of(axis.extent) + " elements; strides are 0 or more";
        if (written && axis.stride == 0 && axis.extent > 1)
            return "fovea: " + name + " is written but has a " + axis.axis + " stride of 0 over " + text_of(axis.extent) +
                   " elements; give every element a place of its own";
    }
    return {};
}

template <operand O> std::string refuse_prologue(O const& o, char const* name) {
    if constexpr (view<O>) return {};
    else {
        if constexpr (requires { o.frequency; }) {
            const index d = source_of(o).channels(), turned = rotated_channels(o.frequency, d);
            if (turned < 0 || turned > d)
                return disagree("the rope channels of an operand", turned, name, d, "rotate at most the channels there are");
            if (turned % 2 != 0)
                return std::string("fovea: rope turns pairs but ") + name + " has " + text_of(turned) +
                       " channels to rotate, not a multiple of 2; set .channels to an even number";
        }
        return refuse_prologue(o.source, name);
    }
}

template <class E> inline constexpr bool is_bias = false;
template <class V> inline constexpr bool is_bias<bias_of_tensor<V>> = true;

// Tables and bias tensors inside an expression.
struct refuse_nodes {
    std::string& why;
    index batches, heads, queries, keys;
    template <class E> void operator()(E const& e) const {
        if (!why.empty()) return;
        if constexpr (requires { e.op.source.rows; }) refuse_table(e.op.source);
        if constexpr (is_bias<E>) refuse_bias(e.tensor);
        if constexpr (requires { e.each(*this); }) e.each(*this);
    }

private:
    template <class T> void refuse_table(table_view<T> t) const {
        if (t.rows <= 0 || t.columns <= 0)
            why = "fovea: a table has " + text_of(t.rows) + " rows of " + text_of(t.columns) + " entries; give it at least 1 of each";
        else if (t.data == nullptr)
            why = "fovea: a table has a null data pointer but " + text_of(t.size()) + " entries; point it at them";
    }
    template <class V> void refuse_bias(V const& t) const {
        why = refuse_view(t, "the bias tensor", false, false);
        const auto fit = [&](char const* axis, index has, index needs) {
            if (why.empty() && has != 1 && has != needs)
                why = disagree((std::string("the bias tensor's number of ") + axis).c_str(), has, "the attention's", needs,
                               "give it that many, or 1 to repeat it");
        };
        fit("batches", t.batches(), batches);
        fit("heads", t.heads(), heads);
        fit("queries", t.positions(), queries);
        fit("keys", t.channels(), keys);
    }
};

template <class Q, class K, class V>
std::string refuse_operands(operands<Q, K, V> const& o, bool positional) {
    auto const &q = source_of(o.q), &k = source_of(o.k);
    for (std::string why : {refuse_view(q, "q", false, false), refuse_view(k, "k", true, false),
                            refuse_prologue(o.q, "q"), refuse_prologue(o.k, "k")})
        if (!why.empty()) return why;
    if (q.batches() != k.batches())
        return disagree("the batch count of q", q.batches(), "that of k", k.batches(), "give both the same batches");
    if (q.channels() != k.channels())
        return disagree("the number of channels of q", q.channels(), "that of k", k.channels(), "their dot product needs the same");
    if (q.heads() % k.heads() != 0)
        return disagree("the number of heads of q", q.heads(), "that of k", k.heads(), "q needs a multiple of k's heads");
    if constexpr (!std::is_same_v<V, no_values>) {
        auto const& v = o.v;
        if (std::string why = refuse_view(v, "v", true, false); !why.empty()) return why;
        if (v.batches() != k.batches())
            return disagree("the batch count of v", v.batches(), "that of k", k.batches(), "give both the same batches");
        if (v.heads() != k.heads())
            return disagree("the number of heads of v", v.heads(), "that of k", k.heads(), "give both the same heads");
        if (v.positions() != k.positions())
            return disagree("the number of positions of v", v.positions(), "that of k", k.positions(),
                            "give each key one value");
    }
    if (positional && q.positions() != k.positions() && !q.placed && !k.placed)
        return disagree("the number of positions of q", q.positions(), "that of k", k.positions(),
                        "the expression compares positions: state them with align_ends(q, k) or at(q, first)");
    return {};
}

template <class Assignment, class Q>
std::string refuse_output(Assignment const& a, Q const& q, index value_channels, int number) {
    const std::string name = "output " + std::to_string(number + 1);
    auto const& target = a.target;
    if (std::string why = refuse_view(target, name, false, true); !why.empty()) return why;
    const auto fit = [&](char const* what, index has, index needs, char const* then) {
        return has == needs ? std::string()
                            : "fovea: " + name + " has " + text_of(has) + " " + what + " but " + then + " " + text_of(needs) +
                                  "; make them equal";
    };
    constexpr bool has_values = decltype(find_all<value_sums>(a.expression))::count > 0;
    for (std::string why : {fit("batches", target.batches(), q.batches(), "q has"),
                            fit("heads", target.heads(), q.heads(), "q has"),
                            fit("positions", target.positions(), q.positions(), "q has"),
                            fit("channels", target.channels(), has_values ? value_channels : 1,
                                has_values ? "v has" : "a statistic has")})
        if (!why.empty()) return why;
    std::string why;
    each(find_all<epilogue_tensors>(a.expression), [&](auto, auto const& node) {
        auto const& t = node.tensor;
        if (why.empty()) why = refuse_view(t, "a tensor in the epilogue of " + name, false, false);
        const auto repeatable = [&](char const* axis, index has, index needs) {
            if (why.empty() && has != 1 && has != needs)
                why = "fovea: a tensor in the epilogue of " + name + " has " + text_of(has) + " " + axis + " but the output has " +
                      text_of(needs) + "; give it that many, or 1 to repeat it";
        };
        repeatable("batches", t.batches(), target.batches());
        repeatable("heads", t.heads(), target.heads());
        repeatable("positions", t.positions(), target.positions());
        repeatable("channels", t.channels(), target.channels());
    });
    return why;
}

// Scores of the same type but with other values, or two value operands, cannot share a pass.
template <class... Assignments> std::string refuse_disagreement(Assignments const&... assignments) {
    const auto leaves = all_leaves(assignments...);
    std::string why;
    const auto dots = find_all<dot_products>(bare_score(scores_of(leaves.head)));
    each(dots, [&](auto, auto const& dot) {
        if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(dot)>, std::remove_cvref_t<decltype(dots.head)>>)
            why = "fovea: a score multiplies two different pairs of operands; use one dot(q, k) in it";
        else if (!same(dot, dots.head)) why = "fovea: a score multiplies two different pairs of operands; use one dot(q, k) in it";
    });
    each(leaves, [&](auto, auto const& leaf) {
        if (!same(scores_of(leaf), scores_of(leaves.head)))
            why = "fovea: two assignments of one run have scores with different values; give the second score a run of its own";
        if constexpr (is_value_sum<std::remove_cvref_t<decltype(leaf)>>) {
            const auto v = first_values(leaves);
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(v)>, std::remove_cvref_t<decltype(leaf.v)>>) {
                if (!same(leaf.v, v)) why = "fovea: two assignments of one run sum different values; give the second v a run of its own";
            } else why = "fovea: two assignments of one run sum different values; give the second v a run of its own";
        }
    });
    return why;
}

template <class Problem, class... Assignments>
std::string refusal(Problem const& p, Assignments const&... assignments) {
    using score_type = std::remove_cvref_t<decltype(p.scored.score)>;
    using mask_type = std::remove_cvref_t<decltype(p.scored.mask)>;
    using q_type = std::remove_cvref_t<decltype(p.operand.q)>;
    using k_type = std::remove_cvref_t<decltype(p.operand.k)>;
    constexpr bool positional = score_type::depends.query_and_key() || mask_type::depends.query_and_key() ||
                                (is_rotated<q_type> && is_rotated<k_type>);
    if (std::string why = refuse_disagreement(assignments...); !why.empty()) return why;
    if (std::string why = refuse_operands(p.operand, positional); !why.empty()) return why;
    std::string why;
    auto const& q = p.q();
    const refuse_nodes nodes{why, q.batches(), q.heads(), q.positions(), p.k().positions()};
    nodes(p.scored.score);
    nodes(p.scored.mask);
    nodes(p.scored.normaliser.sink);
    each(p.moments, [&](auto, auto const& f) { nodes(f); });
    each(p.outputs, [&](auto i, auto const& a) {
        if (why.empty()) why = refuse_output(a, q, p.operand.v.channels(), static_cast<int>(decltype(i)::value));
    });
    return why;
}

// A copy: the operand by itself, and a target of its shape.
template <view V, operand O> std::string refusal_of_copy(assignment<V, O> const& a) {
    auto const &from = source_of(a.expression), &to = a.target;
    for (std::string why : {refuse_view(from, "the operand copied", false, false),
                            refuse_prologue(a.expression, "the operand copied"),
                            refuse_view(to, "the target of the copy", false, true)})
        if (!why.empty()) return why;
    const struct {
        char const* what;
        index has, needs;
    } axes[] = {{"batches", to.batches(), from.batches()},
                {"heads", to.heads(), from.heads()},
                {"positions", to.positions(), from.positions()},
                {"channels", to.channels(), from.channels()}};
    for (auto const& axis : axes)
        if (axis.has != axis.needs)
            return std::string("fovea: the target of the copy has ") + text_of(axis.has) + " " + axis.what +
                   " but the operand has " + text_of(axis.needs) + "; make them equal";
    return {};
}

} // namespace fovea
