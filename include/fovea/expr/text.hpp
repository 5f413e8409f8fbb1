// The text reading: an expression as one would write it.
//
//     to_string(causal || k_pos < 4)      // "k_pos <= q_pos || k_pos < 4"
//
// As few parentheses as C++ needs to build the same tree; only && || & | ^ are taken to be associative. Operands are
// named by their role (q, k, v), tables and tensors by their extents, functors by their own `name` or else `f`.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fovea/base/spell.hpp"
#include "fovea/expr/apply.hpp"
#include "fovea/expr/find.hpp"
#include "fovea/expr/terms.hpp"
#include "fovea/tensor/rope.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Words, and how loosely they hang together: the level of the operator at their root, as C++ numbers them.
struct phrase {
    std::string words;
    int level = 0;
};
inline constexpr int level_of_unary = 3, level_of_and = 11;

inline std::string enclosed(phrase const& p, bool loose) { return loose ? spell({"(", p.words, ")"}) : p.words; }

// ---- numbers -------------------------------------------------------------------------------------------------------
// The shortest decimal that reads back as x and is seen to be real: 30.0, 0.125, 1e+09.
inline std::string number_text(double x, int precision_most) {
    if (x != x) return "nan";
    char digits[40];
    const bool whole = x > -1e9 && x < 1e9 && x == static_cast<double>(static_cast<index>(x));
    for (int precision = 1; precision <= precision_most; ++precision) {
        if (whole) std::snprintf(digits, sizeof digits, "%.1f", x);
        else std::snprintf(digits, sizeof digits, "%.*g", precision, x);
        const double read = std::strtod(digits, nullptr);
        if (precision_most > 9 ? read == x : static_cast<float>(read) == static_cast<float>(x)) break;
    }
    return digits;
}
inline std::string to_string(float x) { return number_text(static_cast<double>(x), 9); }
inline std::string to_string(double x) { return number_text(x, 17); }
inline std::string to_string(index x) { return std::to_string(x); }
inline std::string to_string(bool x) { return x ? "true" : "false"; }

template <class T> std::string extents_text(table_view<T> const& t) {
    return t.rows == 1 ? spell({"[", t.columns, "]"}) : spell({"[", t.rows, "][", t.columns, "]"});
}
template <view V> std::string extents_text(V const& v) {
    return spell({"[", v.batches(), "][", v.heads(), "][", v.positions(), "][", v.channels(), "]"});
}

// ---- operands ------------------------------------------------------------------------------------------------------
template <class F> std::string frequency_text(F const& f) {
    std::string written = "frequency";
    if constexpr (requires { F::name; }) written = F::name;
    if constexpr (requires { to_string(f.theta); }) written += spell({"{.theta = ", to_string(f.theta)});
    else return written;
    if constexpr (requires { to_string(f.factor); }) written += spell({", .factor = ", to_string(f.factor)});
    if (f.channels != 0) written += spell({", .channels = ", static_cast<index>(f.channels)});
    return written + "}";
}
template <view V> std::string operand_text(V const&, char const* role) { return role; }
template <operand O> std::string operand_text(scaled_operand<O> const& o, char const* role) {
    return spell({"scale(", operand_text(o.source, role), ", ", to_string(o.factor), ")"});
}
template <operand O, class F, pairing P>
std::string operand_text(rotated_operand<O, F, P> const& o, char const* role) {
    return spell({P == pairing::halves ? "rope_halves(" : "rope_pairs(", operand_text(o.source, role), ", ",
                  frequency_text(o.frequency), ")"});
}

// ---- nodes ---------------------------------------------------------------------------------------------------------
template <class E> phrase phrase_of(E const& e);

template <class E> std::string joined_text(E const& e) { return phrase_of(e).words; }
template <class E, class... Rest>
    requires(sizeof...(Rest) > 0)
std::string joined_text(E const& e, Rest const&... rest) {
    return spell({joined_text(e), ", ", joined_text(rest...)});
}

// name(a, b, ...); a table or a functor comes first.
template <class Op, class... A> phrase call_phrase(Op const& op, A const&... a) {
    if constexpr (is_table_read<Op>)
        return {spell({Op::name, "(table", extents_text(op.source), ", ", joined_text(a...), ")"})};
    else if constexpr (requires { op.functor; }) {
        std::string functor = "f";
        if constexpr (requires { op.functor.name; }) functor = op.functor.name;
        return {spell({Op::name, "(", functor, ", ", joined_text(a...), ")"})};
    } else return {spell({Op::name, "(", joined_text(a...), ")"})};
}

template <class Op, class A> phrase unary_phrase(Op const& op, A const& a) {
    if constexpr (requires { Op::symbol; }) {
        const phrase inner = phrase_of(a);
        const bool repeats = inner.words.rfind(Op::symbol, 0) == 0; // - -x is not --x
        return {spell({Op::symbol, enclosed(inner, inner.level > level_of_unary || repeats)}), level_of_unary};
    } else return call_phrase(op, a);
}
template <class Op, class A, class B> phrase binary_phrase(Op const& op, A const& a, B const& b) {
    if constexpr (requires { Op::symbol; }) {
        const phrase left = phrase_of(a), right = phrase_of(b);
        constexpr bool associative = Op::level >= level_of_and;
        const bool loose = associative ? right.level > Op::level : right.level >= Op::level;
        return {spell({enclosed(left, left.level > Op::level), Op::symbol, enclosed(right, loose)}), Op::level};
    } else return call_phrase(op, a, b);
}

template <class T> inline constexpr bool is_constant = false;
template <class T> inline constexpr bool is_constant<constant<T>> = true;
template <class T> inline constexpr bool is_number_of_expectation = false;
template <int I> inline constexpr bool is_number_of_expectation<numbered_expectation<I>> = true;

template <class P> std::string weights_text(P const& p) {
    const std::string scores = joined_text(p.scores);
    if constexpr (requires { p.sink; }) return spell({"softmax(", scores, ", ", joined_text(p.sink), ")"});
    else if constexpr (std::is_same_v<P, sigmoid_weights<std::remove_cvref_t<decltype(p.scores)>>>)
        return spell({"sigmoid(", scores, ")"});
    else return spell({"softmax(", scores, ")"});
}

template <class E> phrase phrase_of(E const& e) {
    if constexpr (is_constant<E>) {
        const std::string number = to_string(e.value);
        return {number, number[0] == '-' ? level_of_unary : 0};
    } else if constexpr (is_unary<E>) return unary_phrase(e.op, e.a);
    else if constexpr (is_binary<E>) return binary_phrase(e.op, e.a, e.b);
    else if constexpr (is_ternary<E>) return call_phrase(e.op, e.a, e.b, e.d);
    else if constexpr (is_dot_product<E>)
        return {spell({"dot(", operand_text(e.q, "q"), ", ", operand_text(e.k, "k"), ")"})};
    else if constexpr (is_masked<E>) return {spell({"where(", joined_text(e.mask, e.score), ")"})};
    else if constexpr (is_value_sum<E>) return {spell({"sum(", weights_text(e.p), " * v)"})};
    else if constexpr (is_expectation<E>) {
        const phrase f = phrase_of(e.f);
        return {spell({"sum(", weights_text(e.p), " * ", enclosed(f, f.level >= times::level), ")"})};
    } else if constexpr (is_number_of_expectation<E>) return {"sum(p * f)"};
    else if constexpr (is_entropy<E>) return {spell({"entropy(", weights_text(e.p), ")"})};
    else if constexpr (is_logsumexp<E>) return {spell({"logsumexp(", joined_text(e.scores), ")"})};
    else if constexpr (is_maximum<E>) return {spell({"max(", joined_text(e.scores), ")"})};
    else if constexpr (is_epilogue_tensor<E>) return {spell({"tensor", extents_text(e.tensor)})};
    else if constexpr (requires { e.tensor; }) return {spell({E::name, "(tensor", extents_text(e.tensor), ")"})};
    else if constexpr (requires { E::name; }) return {E::name};
    else return {"expression"}; // a node of the user's own
}

template <class E>
    requires(expression<E> || probability<E>)
std::string to_string(E const& e) {
    if constexpr (probability<E>) return weights_text(e);
    else return phrase_of(e).words;
}
template <class V, class E> std::string to_string(assignment<V, E> const& a) {
    if constexpr (operand<E>) return spell({"output = ", operand_text(a.expression, "x")});
    else return spell({"output = ", phrase_of(a.expression).words});
}

} // namespace v0_1
} // namespace fovea
