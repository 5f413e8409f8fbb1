// What values decide: every refusal of a problem, as a sentence that names the argument, the two values that disagree
// and what to do. A status that is ok lets the problem run.
//
//     status why = refusal(problem);
//
// Nothing has been written when a problem is refused. Each sentence has a test in tests/engine/refusals.cpp.
#pragma once
#include "fovea/plan/agreement.hpp"
#include "fovea/plan/expression_check.hpp"
#include "fovea/plan/overlap.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

FOVEA_COLD inline status refuse_shapes(view_facts const& q, view_facts const& k, positional compares) {
    if (q.extent.batches != k.extent.batches)
        return disagree("the batch count of q", q.extent.batches, "that of k", k.extent.batches,
                        "give both the same batches");
    if (q.channels != k.channels)
        return disagree("the number of channels of q", q.channels, "that of k", k.channels,
                        "their dot product needs the same");
    if (q.extent.heads % k.extent.heads != 0)
        return disagree("the number of heads of q", q.extent.heads, "that of k", k.extent.heads,
                        "q needs a multiple of k's heads");
    if (compares == positional::yes && q.extent.positions != k.extent.positions && !q.placed && !k.placed)
        return disagree("the number of positions of q", q.extent.positions, "that of k", k.extent.positions,
                        "the expression compares positions: state them with align_ends(q, k) or at(q, first)");
    return {};
}
// Values and outputs have no positions of their own: one that was stated must be that of the row they belong to.
FOVEA_COLD inline status refuse_place(view_facts const& v, view_facts const& of) {
    if (!v.placed || v.first == of.first) return {};
    return status({v.name, v.space(), v.ordinal(), " is placed at position ", v.first, " but ", of.name,
                   " begins at position ", of.first, "; place ", of.name, ", whose rows it follows"});
}

FOVEA_COLD inline status refuse_values(view_facts const& v, view_facts const& k) {
    if (status why = refuse_view(v, empty_rows::allowed, access::read); !why.ok()) return why;
    if (v.extent.batches != k.extent.batches)
        return disagree("the batch count of v", v.extent.batches, "that of k", k.extent.batches,
                        "give both the same batches");
    if (v.extent.heads != k.extent.heads)
        return disagree("the number of heads of v", v.extent.heads, "that of k", k.extent.heads,
                        "give both the same heads");
    if (v.extent.positions != k.extent.positions)
        return disagree("the number of positions of v", v.extent.positions, "that of k", k.extent.positions,
                        "give each key one value");
    return refuse_place(v, k);
}

template <class Q, class K, class V> status refuse_operands(operands<Q, K, V> const& o, positional compares) {
    const view_facts q = facts_of(source_of(o.q), "q"), k = facts_of(source_of(o.k), "k");
    status why = refuse_view(q, empty_rows::refused, access::read);
    if (why.ok()) why = refuse_view(k, empty_rows::allowed, access::read);
    if (why.ok()) why = refuse_far(q);
    if (why.ok()) why = refuse_far(k);
    if (why.ok()) why = refuse_prologue(o.q, "q");
    if (why.ok()) why = refuse_prologue(o.k, "k");
    if constexpr (!std::is_same_v<V, no_values>)
        if (why.ok()) why = refuse_values(facts_of(o.v, "v"), k);
    return why.ok() ? refuse_shapes(q, k, compares) : why;
}

// Batches, heads, positions and channels of a view against those that it needs; whose they are, one word for each axis.
enum class repeated { refused, allowed }; // a single one where more are needed
struct needed_sizes {
    index sizes[4];
    char const* whose[4];
};
FOVEA_COLD inline needed_sizes sizes_of(view_facts const& v, char const* whose) {
    return {{v.extent.batches, v.extent.heads, v.extent.positions, v.channels}, {whose, whose, whose, whose}};
}
FOVEA_COLD inline status refuse_sizes(view_facts const& v, needed_sizes const& needs, repeated ones) {
    constexpr char const* axes[] = {" batches but ", " heads but ", " positions but ", " channels but "};
    const needed_sizes has = sizes_of(v, "");
    for (int i = 0; i < 4; ++i)
        if (has.sizes[i] != needs.sizes[i] && (ones == repeated::refused || has.sizes[i] != 1))
            return status({v.name, v.space(), v.ordinal(), " has ", has.sizes[i], axes[i], needs.whose[i], " has ",
                           needs.sizes[i],
                           ones == repeated::refused ? "; make them equal" : "; give it that many, or 1 to repeat it"});
    return {};
}

FOVEA_COLD inline status refuse_target(view_facts const& target, needed_sizes const& needs) {
    status why = refuse_view(target, empty_rows::refused, access::written);
    return why.ok() ? refuse_sizes(target, needs, repeated::refused) : why;
}
FOVEA_COLD inline status refuse_epilogue_tensor(view_facts const& t, view_facts const& target) {
    status why = refuse_view(t, empty_rows::refused, access::read);
    return why.ok() ? refuse_sizes(t, sizes_of(target, "the output"), repeated::allowed) : why;
}
inline constexpr char const* epilogue_tensor_of = "a tensor in the epilogue of output";

template <class Assignment>
status refuse_output(Assignment const& a, view_facts const& q, index value_channels, index number) {
    const view_facts target = facts_of(a.target, "output", number);
    constexpr bool has_values = has_any<value_sums, decltype(a.expression)>;
    needed_sizes needs = sizes_of(q, "q");
    needs.sizes[3] = has_values ? value_channels : 1;
    needs.whose[3] = has_values ? "v" : "a statistic";
    status why = refuse_target(target, needs);
    if (why.ok()) why = refuse_place(target, q);
    each(find_all<epilogue_tensors>(a.expression), [&](auto, auto const& node) {
        if (why.ok()) why = refuse_epilogue_tensor(facts_of(node.tensor, epilogue_tensor_of, number), target);
    });
    return why;
}

// Keys and values are read while outputs are written, and each output has a place of its own.
FOVEA_COLD inline status refuse_shared(view_facts const& output, view_facts const& other) {
    if (output.data != other.data) return refuse_overlap(output, other, "give it memory of its own");
    if (other.extent.positions == 0) return {};
    return status({"output ", output.number, " starts at the first element of ", other.name, other.space(),
                   other.ordinal(), "; give it memory of its own"});
}
// It may be q's, or that of a tensor in its own epilogue: each row is read before it is written, if it lies there.
FOVEA_COLD inline status refuse_other_rows(view_facts const& output, view_facts const& other) {
    if (output.data != other.data)
        return refuse_overlap(output, other, "give it memory of its own, or let it begin where that does");
    const struct {
        index extent[2], stride[2];
    } axes[] = {{{output.extent.batches, other.extent.batches}, {output.stride.batch, other.stride.batch}},
                {{output.extent.heads, other.extent.heads}, {output.stride.head, other.stride.head}},
                {{output.extent.positions, other.extent.positions}, {output.stride.position, other.stride.position}},
                {{output.channels, other.channels}, {output.stride.channel, other.stride.channel}}};
    bool alike = output.element_size == other.element_size;
    for (auto const& a : axes)
        alike = alike && a.extent[0] == a.extent[1] && (a.extent[0] == 1 || a.stride[0] == a.stride[1]);
    if (alike) return {};
    return status({"output ", output.number, " starts at the first element of ", other.name, other.space(),
                   other.ordinal(), " but its rows lie elsewhere; give both one layout, or it memory of its own"});
}
// Bias tensors and tables inside an expression are read for every row.
struct refuse_shared_beside {
    status& why;
    view_facts const& output;
    template <class E> void operator()(E const& e) const {
        if (!why.ok()) return;
        if constexpr (reads_table<E>) {
            auto const& t = e.op.source;
            const index size = sizeof(*t.data);
            why = refuse_shared(
                output,
                {"a table of the expression", t.data, {1, 1, t.rows}, t.columns, {0, 0, t.columns, 1}, size, 0, false});
        }
        if constexpr (is_bias<E>) why = refuse_shared(output, facts_of(e.tensor, "the bias tensor"));
        if constexpr (requires { e.each(*this); }) e.each(*this);
    }
};

template <class Problem, class... Assignments>
status refusal(Problem const& p, Assignments const&... assignments) {
    using score_type = std::remove_cvref_t<decltype(p.scored.score)>;
    using mask_type = std::remove_cvref_t<decltype(p.scored.mask)>;
    using q_type = std::remove_cvref_t<decltype(p.operand.q)>;
    using k_type = std::remove_cvref_t<decltype(p.operand.k)>;
    using v_type = std::remove_cvref_t<decltype(p.operand.v)>;
    constexpr positional compares = compares_positions<score_type>() || compares_positions<mask_type>() ||
                                            any_compares_positions(std::type_identity<decltype(p.moments)>{}) ||
                                            (is_rotated<q_type> && is_rotated<k_type>)
                                        ? positional::yes
                                        : positional::no;
    if (status why = refuse_disagreement(assignments...); !why.ok()) return why;
    if (status why = refuse_operands(p.operand, compares); !why.ok()) return why;
    status why;
    auto const& q = p.q();
    const auto each_term = [&](auto const& f) {
        f(p.scored.score);
        f(p.scored.mask);
        f(p.scored.normaliser.sink);
        each(p.moments, [&](auto, auto const& moment) { f(moment); });
    };
    each_term(refuse_nodes{why, q.batches(), q.heads(), p.k().heads(), q.positions(), p.k().positions()});
    each(p.outputs, [&](auto i, auto const& a) {
        if (why.ok()) why = refuse_output(a, facts_of(q, "q"), p.operand.v.channels(), index{decltype(i)::value} + 1);
        refuse_functors{why}(a.expression);
    });
    view_facts written[sizeof...(Assignments)]{};
    each(p.outputs, [&](auto i, auto const& a) {
        const index number = index{decltype(i)::value} + 1;
        const view_facts output = facts_of(a.target, "output", number);
        if (why.ok()) why = refuse_shared(output, facts_of(p.k(), "k"));
        if constexpr (view<v_type>)
            if (why.ok()) why = refuse_shared(output, facts_of(p.operand.v, "v"));
        if (why.ok()) why = refuse_other_rows(output, facts_of(q, "q"));
        each_term(refuse_shared_beside{why, output});
        each(p.outputs, [&](auto j, auto const& other) {
            each(find_all<epilogue_tensors>(other.expression), [&](auto, auto const& node) {
                const index of = index{decltype(j)::value} + 1;
                const view_facts t = facts_of(node.tensor, epilogue_tensor_of, of);
                if (why.ok()) why = of == number ? refuse_other_rows(output, t) : refuse_shared(output, t);
            });
        });
        for (index before = 0; before < number - 1; ++before)
            if (why.ok()) why = refuse_shared(output, written[before]);
        written[number - 1] = output;
    });
    return why;
}

// A copy: the operand by itself, and a target of its shape.
template <view V, operand O> status refusal_of_copy(assignment<V, O> const& a) {
    const view_facts from = facts_of(source_of(a.expression), "the operand copied");
    const view_facts to = facts_of(a.target, "the target of the copy");
    status why = refuse_view(from, empty_rows::refused, access::read);
    if (why.ok()) why = refuse_far(from);
    if (why.ok()) why = refuse_prologue(a.expression, "the operand copied");
    if (why.ok()) why = refuse_moving_in_place(from, to);
    if (why.ok()) why = refuse_target(to, sizes_of(from, "the operand"));
    if (why.ok() && from.data != to.data)
        why = refuse_overlap(to, from, "give the copy memory of its own, or make it where the operand lies");
    return why;
}

} // namespace v0_1
} // namespace fovea
