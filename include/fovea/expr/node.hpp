// What an expression is: an aggregate with a generic call operator. What it is called with decides what comes out.
//
//     auto keep = q_pos - k_pos < 128;     // binary<less, binary<minus, q_pos, k_pos>, constant<index>>
//     keep(context)                        // bool, lane_mask or truth, by the context's query and key
//
// A context has the members batch, head, kv_head, query, key, first_query, first_key, score, and functions for tables,
// bias tensors and functors; an expression asks for those it needs.
// Required of an expression: is_expression, kind, depends, operator()(context). Composite nodes also have rebuild(f),
// the same node over f(child), and each(f).
#pragma once
#include <type_traits>
#include <utility>

#include "fovea/base/math.hpp"
#include "fovea/expr/dependence.hpp"
#include "fovea/meta/constant.hpp"
#include "fovea/tensor/strided.hpp"

namespace fovea::inline v0_1 {

enum class kinds { truth, integer, real };

template <class E> concept expression = requires { typename E::is_expression; };

template <class T> struct constant {
    using is_expression = void;
    static constexpr kinds kind = std::is_same_v<T, bool>       ? kinds::truth
                                  : std::is_floating_point_v<T> ? kinds::real
                                                                : kinds::integer;
    static constexpr dependence depends{};
    T value;
    template <class C> FOVEA_HOST_DEVICE constexpr T operator()(C const&) const { return value; }
};

// The number 0, which compilers see where they do not see the value of a constant.
struct zero {
    using is_expression = void;
    static constexpr kinds kind = kinds::integer;
    static constexpr dependence depends{};
    static constexpr char const* name = "0";
    template <class C> FOVEA_HOST_DEVICE constexpr index operator()(C const&) const { return 0; }
};

// A tensor beside an output: its element at (batch, head, query row, channel); axes of extent 1 are repeated.
template <view V> struct element_of_tensor {
    using is_expression = void;
    static constexpr kinds kind = kinds::real;
    static constexpr dependence depends{.batch = true, .head = true, .query = true};
    V tensor;
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const {
        return c.tensor_element(tensor);
    }
};

// Numbers become constants: integers, also those of the compiler (128_c), 64-bit, SIZE_MAX the greatest; reals float.
// Tensors become elements.
template <class T> FOVEA_HOST_DEVICE constexpr auto lift(T const& x) {
    if constexpr (expression<T>) return x;
    else if constexpr (view<T>) return element_of_tensor<T>{x};
    else if constexpr (is_stated<T>) return constant<index>{saturated(T::value)};
    else if constexpr (std::is_same_v<T, bool>) return constant<bool>{x};
    else if constexpr (std::is_floating_point_v<T>) return constant<float>{static_cast<float>(x)};
    else return constant<index>{saturated(x)};
}
template <class T> using lifted = decltype(lift(std::declval<T const&>()));

// What operators and functions are of, and what can stand beside it.
template <class T> concept term = expression<T> || view<T>;
template <class T> concept operand_of_operator = term<T> || std::is_arithmetic_v<T> || is_stated<T>;
template <class A, class B>
concept makes_expression = operand_of_operator<A> && operand_of_operator<B> && (term<A> || term<B>);
template <class A, class B>
concept makes_operation = makes_expression<A, B> && !is_stated<A> && !is_stated<B>; // those: expr/operators.hpp

template <class Op, class A> struct unary {
    using is_expression = void;
    static constexpr kinds kind = Op::template result<A::kind>;
    static constexpr dependence depends = A::depends | Op::depends;
    [[no_unique_address]] Op op;
    A a;
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return op(c, a(c)); }
    template <class F> FOVEA_HOST_DEVICE constexpr auto rebuild(F const& f) const {
        return unary<Op, decltype(f(a))>{op, f(a)};
    }
    template <class F> constexpr void each(F const& f) const { f(a); }
};

struct times;
struct minus;
struct query_position;
struct key_position;

// The difference of the two positions is one dependence; every other operator joins those of its operands.
template <class Op, class A, class B> inline constexpr dependence joined = A::depends | B::depends | Op::depends;
template <> inline constexpr dependence joined<minus, query_position, key_position>{.difference = true};
template <> inline constexpr dependence joined<minus, key_position, query_position>{.difference = true};

template <class Op, class A, class B> struct binary {
    using is_expression = void;
    static constexpr kinds kind = Op::template result<A::kind, B::kind>;
    static constexpr dependence depends = joined<Op, A, B>;
    [[no_unique_address]] Op op;
    A a;
    B b;
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return op(c, a(c), b(c)); }
    template <class F> FOVEA_HOST_DEVICE constexpr auto rebuild(F const& f) const {
        return binary<Op, decltype(f(a)), decltype(f(b))>{op, f(a), f(b)};
    }
    template <class F> constexpr void each(F const& f) const {
        f(a);
        f(b);
    }
};

template <class Op, class A, class B, class D> struct ternary {
    using is_expression = void;
    static constexpr kinds kind = Op::template result<A::kind, B::kind, D::kind>;
    static constexpr dependence depends = A::depends | B::depends | D::depends | Op::depends;
    [[no_unique_address]] Op op;
    A a;
    B b;
    D d;
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return op(c, a(c), b(c), d(c)); }
    template <class F> FOVEA_HOST_DEVICE constexpr auto rebuild(F const& f) const {
        return ternary<Op, decltype(f(a)), decltype(f(b)), decltype(f(d))>{op, f(a), f(b), f(d)};
    }
    template <class F> constexpr void each(F const& f) const {
        f(a);
        f(b);
        f(d);
    }
};

template <class E> inline constexpr bool is_product = false;
template <class A, class B> inline constexpr bool is_product<binary<times, A, B>> = true;

} // namespace fovea::inline v0_1
