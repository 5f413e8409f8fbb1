// What is refused of an expression: tables and bias tensors that are too short, numbers that cannot be.
//
//     refuse_nodes{why, batches, heads, kv_heads, queries, keys}(score);
#pragma once
#include "fovea/expr/table.hpp"
#include "fovea/meta/list.hpp"
#include "fovea/plan/view_check.hpp"
#include "fovea/score/bias.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <class E> inline constexpr bool is_bias = false;
template <class V> inline constexpr bool is_bias<bias_of_tensor<V>> = true;

// A division or remainder of integers by a number that the caller gave, a mask's step or width.
template <class E> inline constexpr bool divides_by_number = false;
template <class A> inline constexpr bool divides_by_number<binary<modulo, A, constant<index>>> = true;
template <class A>
inline constexpr bool divides_by_number<binary<divides, A, constant<index>>> = A::kind == kinds::integer;

// A division of reals by a number.
template <class E> inline constexpr bool is_quotient_by_number = false;
template <class A> inline constexpr bool is_quotient_by_number<binary<divides, A, constant<float>>> = true;

// Functors with a word of their own, wherever they stand.
struct refuse_functors {
    status& why;
    template <class E> void operator()(E const& e) const {
        if (!why.ok()) return;
        if constexpr (requires { e.op.functor.refused(); }) why = e.op.functor.refused();
        if constexpr (requires { e.each(*this); }) e.each(*this);
    }
};

// Tables, bias tensors, divisors and functors with a word of their own inside an expression.
struct refuse_nodes {
    status& why;
    index batches, heads, kv_heads, queries, keys;
    template <class E> void operator()(E const& e) const {
        if (!why.ok()) return;
        if constexpr (reads_table<E>) {
            auto const& table = e.op.source;
            refuse_table(table);
            if constexpr (requires { e.b; }) {
                if (table.rows != 1) refuse_short(e.a, table.rows, " rows");
                refuse_short(e.b, table.columns, " entries");
            } else refuse_short(e.a, table.columns, " entries");
        }
        if constexpr (is_bias<E>) refuse_bias(e.tensor);
        if constexpr (requires { e.op.functor.refused(); }) why = e.op.functor.refused();
        if constexpr (divides_by_number<E>)
            if (e.b.value == 0) why = refuse_zero();
        if constexpr (is_quotient_by_number<E>)
            if (e.b.value == 0) why = refuse_zero_divisor();
        if constexpr (std::is_same_v<E, constant<float>>)
            if (e.value != e.value) why = refuse_nan();
        if constexpr (is_product<E>) {
            refuse_factor(e.a);
            refuse_factor(e.b);
        }
        if constexpr (requires { e.each(*this); }) e.each(*this);
    }

private:
    FOVEA_COLD static status refuse_zero() {
        return status({"the expression divides positions by 0; give a step, width or block size of at least 1"});
    }
    FOVEA_COLD static status refuse_zero_divisor() {
        return status({"the expression divides by 0; give it another number"});
    }
    FOVEA_COLD static status refuse_nan() {
        return status({"the expression holds a number that is NaN; give it another, and for a score that is to weigh "
                       "nothing a mask: where(mask, score)"});
    }
    // A scale, or of softcap(c, s) the inverse of a c of 0, which elsewhere means that there is no cap.
    template <class X> void refuse_factor(X const& x) const {
        if constexpr (std::is_same_v<X, constant<float>>)
            if (x.value - x.value != 0)
                why = status(
                    {"the expression multiplies by a number that is not finite; give a finite scale, and softcap "
                     "a cap other than 0 or leave it out"});
    }
    template <class T> void refuse_table(table_view<T> t) const { why = refuse_extents(t.rows, t.columns, t.data); }
    FOVEA_COLD static status refuse_extents(index rows, index columns, void const* data) {
        if (rows <= 0 || columns <= 0)
            return status({"a table has ", rows, " rows of ", columns, " entries; give it at least 1 of each"});
        if (data == nullptr)
            return status({"a table has a null data pointer but ", rows * columns, " entries; point it at them"});
        return {};
    }
    // An index that is a batch or a head, and nothing else, takes every value that there is.
    template <class I> void refuse_short(I const&, index has, char const* of_what) const {
        if (!why.ok()) return;
        if constexpr (std::is_same_v<I, batch_number>) why = refuse_fewer(has, of_what, "batch", batches, " batches");
        if constexpr (std::is_same_v<I, head_number>) why = refuse_fewer(has, of_what, "head", heads, " heads");
        if constexpr (std::is_same_v<I, kv_head_number>)
            why = refuse_fewer(has, of_what, "kv_head", kv_heads, " heads of keys");
    }
    FOVEA_COLD static status refuse_fewer(index has, char const* of_what, char const* by, index needs,
                                          char const* of_them) {
        if (has >= needs) return {};
        return status({"a table read by ", by, " has ", has, of_what, " but the attention has ", needs, of_them,
                       "; give it one for each"});
    }
    template <class V> void refuse_bias(V const& t) const {
        why = refuse_bias_shape(facts_of(t, "the bias tensor"), {batches, heads, queries}, keys);
    }
    FOVEA_COLD static status refuse_bias_shape(view_facts const& t, extents of, index keys) {
        if (status reason = refuse_view(t, empty_rows::refused, access::read); !reason.ok()) return reason;
        const struct {
            char const* name;
            index has, needs;
        } axes[] = {{"the bias tensor's number of batches", t.extent.batches, of.batches},
                    {"the bias tensor's number of heads", t.extent.heads, of.heads},
                    {"the bias tensor's number of queries", t.extent.positions, of.positions},
                    {"the bias tensor's number of keys", t.channels, keys}};
        for (auto const& a : axes)
            if (a.has != 1 && a.has != a.needs)
                return disagree(a.name, a.has, "the attention's", a.needs, "give it that many, or 1 to repeat it");
        return {};
    }
};

// Whether the expression compares positions, which two different lengths leave open until one operand is placed. A bias
// tensor does not: it is read at the rows and columns of the call, wherever they stand.
enum class positional { no, yes };

struct without_bias {
    template <class E> FOVEA_HOST_DEVICE constexpr auto operator()(E const& e) const {
        if constexpr (is_bias<E>) return constant<float>{0};
        else if constexpr (requires { e.rebuild(*this); }) return e.rebuild(*this);
        else return e;
    }
};
template <class E> consteval bool compares_positions() {
    if constexpr (!E::depends.query_and_key()) return false;
    else return decltype(without_bias{}(std::declval<E const&>()))::depends.query_and_key();
}

template <class... E> consteval bool any_compares_positions(std::type_identity<list<E...>>) {
    return (compares_positions<E>() || ...);
}

} // namespace v0_1
} // namespace fovea
