// Arithmetic, comparisons and functions of expressions, written as C++ writes them.
//
//     auto s = 30.f * tanh(scaled_dot(q, k) / 30.f) + slope * (k_pos - q_pos);
//
// Functions: abs, min, max, clamp, select; of reals exp, log (natural), tanh. Beside an output a tensor is its element.
// Integers stay integers among themselves: `/` and `%` truncate, as in C++; what leaves 64 bits wraps around. With a
// real operand the result is real.
// `&&` and `||` evaluate both sides: an integer divided by 0 is 0, and x % 0 is x. A 0 that is known is refused by run.
// Of a shift by fewer than 0 bits or more than 63 nothing is left but, of `>>`, the sign.
// Each operator is a stateless function object called with the context and the operands' values in one reading.
#pragma once
#include "fovea/expr/node.hpp"

namespace fovea::inline v0_1 {

constexpr kinds arithmetic_result(kinds a, kinds b) {
    return a == kinds::real || b == kinds::real ? kinds::real : kinds::integer;
}
// Booleans do not count as numbers: `mask + 1` is refused.
constexpr bool are_numbers(kinds a, kinds b) { return a != kinds::truth && b != kinds::truth; }

// x as a real when its partner is one; positions beside positions stay as they are.
template <class A, class B, class X> FOVEA_HOST_DEVICE constexpr auto beside(X x) {
    if constexpr (is_real<A> || is_real<B>) return as_real(x);
    else return x;
}

// Of plain integers as base/integers.hpp defines them, which the other readings follow.
template <class A, class B> FOVEA_HOST_DEVICE constexpr auto sum_of_two(A a, B b) {
    if constexpr (std::is_same_v<decltype(a + b), index>) return wrapped_sum(a, b);
    else return a + b;
}
template <class A, class B> FOVEA_HOST_DEVICE constexpr auto difference_of(A a, B b) {
    if constexpr (std::is_same_v<decltype(a - b), index>) return wrapped_difference(a, b);
    else return a - b;
}
template <class A, class B> FOVEA_HOST_DEVICE constexpr auto product_of(A a, B b) {
    if constexpr (std::is_same_v<decltype(a * b), index>) return wrapped_product(a, b);
    else return a * b;
}
template <class A, class B> FOVEA_HOST_DEVICE constexpr auto quotient_of(A a, B b) {
    if constexpr (std::is_same_v<decltype(a / b), index>) return quotient(a, b);
    else return a / b;
}
template <class A, class B> FOVEA_HOST_DEVICE constexpr auto remainder_of(A a, B b) {
    if constexpr (std::is_same_v<decltype(a % b), index>) return rest(a, b);
    else return a % b;
}

template <class A, class B> FOVEA_HOST_DEVICE constexpr auto left_shift_of(A a, B b) {
    if constexpr (std::is_same_v<decltype(a << b), index>) return shifted_left(a, b);
    else return a << b;
}
template <class A, class B> FOVEA_HOST_DEVICE constexpr auto right_shift_of(A a, B b) {
    if constexpr (std::is_same_v<decltype(a >> b), index>) return shifted_right(a, b);
    else return a >> b;
}

// alike(x, y): x in the reading of y, when x happens to be one number for all elements.
FOVEA_HOST_DEVICE constexpr index_range alike(index x, index_range) { return as_interval(x); }
FOVEA_HOST_DEVICE constexpr bounds alike(float x, bounds) { return as_interval(x); }
FOVEA_HOST_DEVICE constexpr index_range alike(index_range x, index_range) { return x; }
FOVEA_HOST_DEVICE constexpr bounds alike(bounds x, bounds) { return x; }
FOVEA_HOST_DEVICE constexpr index_range alike(index_range x, index) { return x; }
FOVEA_HOST_DEVICE constexpr bounds alike(bounds x, float) { return x; }
FOVEA_HOST_DEVICE constexpr index_range alike(index x, truth) { return as_interval(x); }
FOVEA_HOST_DEVICE constexpr bounds alike(float x, truth) { return as_interval(x); }
FOVEA_HOST_DEVICE constexpr index_range alike(index_range x, truth) { return x; }
FOVEA_HOST_DEVICE constexpr bounds alike(bounds x, truth) { return x; }
FOVEA_HOST_DEVICE constexpr index alike(index x, index) { return x; }
FOVEA_HOST_DEVICE constexpr float alike(float x, float) { return x; }
FOVEA_HOST_DEVICE constexpr double alike(double x, double) { return x; }
FOVEA_HOST_DEVICE constexpr double alike(double x, float) { return x; }
FOVEA_HOST_DEVICE constexpr double alike(float x, double) { return static_cast<double>(x); }
FOVEA_HOST_DEVICE constexpr truth alike(bool x, truth) { return as_truth(x); }

struct operator_base {
    static constexpr dependence depends{};
};
struct arithmetic : operator_base {
    template <kinds A, kinds B> static constexpr kinds result = arithmetic_result(A, B);
};
struct comparison : operator_base {
    template <kinds A, kinds B> static constexpr kinds result = kinds::truth;
};
struct integer_arithmetic : operator_base {
    template <kinds A, kinds B> static constexpr kinds result = kinds::integer;
};
struct logic : operator_base {
    template <kinds... A> static constexpr kinds result = kinds::truth;
};
struct real_function : operator_base {
    template <kinds A> static constexpr kinds result = kinds::real;
};

// clang-format off
struct plus : arithmetic { static constexpr char const* symbol = " + "; static constexpr int level = 6;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return sum_of_two(beside<A, B>(a), beside<A, B>(b)); } };
struct minus : arithmetic { static constexpr char const* symbol = " - "; static constexpr int level = 6;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return difference_of(beside<A, B>(a), beside<A, B>(b)); } };
struct times : arithmetic { static constexpr char const* symbol = " * "; static constexpr int level = 5;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return product_of(beside<A, B>(a), beside<A, B>(b)); } };
struct divides : arithmetic { static constexpr char const* symbol = " / "; static constexpr int level = 5;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return quotient_of(beside<A, B>(a), beside<A, B>(b)); } };
struct modulo : integer_arithmetic { static constexpr char const* symbol = " % "; static constexpr int level = 5;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return remainder_of(a, b); } };
struct shift_left : integer_arithmetic { static constexpr char const* symbol = " << "; static constexpr int level = 7;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return left_shift_of(a, b); } };
struct shift_right : integer_arithmetic { static constexpr char const* symbol = " >> "; static constexpr int level = 7;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return right_shift_of(a, b); } };
struct bit_and : integer_arithmetic { static constexpr char const* symbol = " & "; static constexpr int level = 11;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return a & b; } };
struct bit_or : integer_arithmetic { static constexpr char const* symbol = " | "; static constexpr int level = 13;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return a | b; } };
struct bit_xor : integer_arithmetic { static constexpr char const* symbol = " ^ "; static constexpr int level = 12;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return a ^ b; } };
struct less : comparison { static constexpr char const* symbol = " < "; static constexpr int level = 9;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return beside<A, B>(a) < beside<A, B>(b); } };
struct less_equal : comparison { static constexpr char const* symbol = " <= "; static constexpr int level = 9;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return beside<A, B>(a) <= beside<A, B>(b); } };
struct greater : comparison { static constexpr char const* symbol = " > "; static constexpr int level = 9;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return beside<A, B>(a) > beside<A, B>(b); } };
struct greater_equal : comparison { static constexpr char const* symbol = " >= "; static constexpr int level = 9;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return beside<A, B>(a) >= beside<A, B>(b); } };
struct equal : comparison { static constexpr char const* symbol = " == "; static constexpr int level = 10;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return beside<A, B>(a) == beside<A, B>(b); } };
struct not_equal : comparison { static constexpr char const* symbol = " != "; static constexpr int level = 10;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const { return beside<A, B>(a) != beside<A, B>(b); } };
// clang-format on

// Both sides are always evaluated: lanes and intervals have no short circuit, and a GPU would branch.
struct both : logic {
    static constexpr char const* symbol = " && ";
    static constexpr int level = 14;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const {
        if constexpr (std::is_same_v<A, bool> && std::is_same_v<B, bool>) return static_cast<bool>(a & b);
        else if constexpr (std::is_same_v<A, bool>) return alike(a, b) && b;
        else if constexpr (std::is_same_v<B, bool>) return a && alike(b, a);
        else return a && b;
    }
};
struct either : logic {
    static constexpr char const* symbol = " || ";
    static constexpr int level = 15;
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const {
        if constexpr (std::is_same_v<A, bool> && std::is_same_v<B, bool>) return static_cast<bool>(a | b);
        else if constexpr (std::is_same_v<A, bool>) return alike(a, b) || b;
        else if constexpr (std::is_same_v<B, bool>) return a || alike(b, a);
        else return a || b;
    }
};
struct negation : logic {
    static constexpr char const* symbol = "!";
    template <class C, class A> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a) const { return !a; }
};

struct opposite : operator_base {
    template <kinds A> static constexpr kinds result = A;
    static constexpr char const* symbol = "-";
    template <class C, class A> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a) const {
        if constexpr (std::is_same_v<A, index>) return wrapped_difference(0, a);
        else return -a;
    }
};
struct complement : operator_base {
    template <kinds A> static constexpr kinds result = A;
    static constexpr char const* symbol = "~";
    template <class C, class A> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a) const { return ~a; }
};
struct magnitude : operator_base {
    template <kinds A> static constexpr kinds result = A;
    static constexpr char const* name = "abs";
    template <class C, class A> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a) const { return abs(a); }
};
struct exponential : real_function {
    static constexpr char const* name = "exp";
    template <class C, class A> FOVEA_HOST_DEVICE auto operator()(C const& c, A a) const {
        if constexpr (requires { c.exp(as_real(a)); }) return c.exp(as_real(a));
        else return exp(as_real(a));
    }
};
struct natural_logarithm : real_function {
    static constexpr char const* name = "log";
    template <class C, class A> FOVEA_HOST_DEVICE auto operator()(C const&, A a) const { return log(as_real(a)); }
};
struct hyperbolic_tangent : real_function {
    static constexpr char const* name = "tanh";
    // A context may have a cheaper one of its own.
    template <class C, class A> FOVEA_HOST_DEVICE auto operator()(C const& c, A a) const {
        if constexpr (requires { c.tanh(as_real(a)); }) return c.tanh(as_real(a));
        else return tanh(as_real(a));
    }
};
struct smaller : arithmetic {
    static constexpr char const* name = "min";
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const {
        const auto x = beside<A, B>(a);
        const auto y = beside<A, B>(b);
        if constexpr (std::is_same_v<decltype(x), decltype(y)>) return min(x, y);
        else return min(alike(x, y), alike(y, x));
    }
};
struct larger : arithmetic {
    static constexpr char const* name = "max";
    template <class C, class A, class B> FOVEA_HOST_DEVICE constexpr auto operator()(C const&, A a, B b) const {
        const auto x = beside<A, B>(a);
        const auto y = beside<A, B>(b);
        if constexpr (std::is_same_v<decltype(x), decltype(y)>) return max(x, y);
        else return max(alike(x, y), alike(y, x));
    }
};
struct selection : operator_base {
    template <kinds M, kinds A, kinds B> static constexpr kinds result = arithmetic_result(A, B);
    static constexpr char const* name = "select";
    template <class C, class M, class A, class B>
    FOVEA_HOST_DEVICE constexpr auto operator()(C const&, M m, A a, B b) const {
        const auto x = beside<A, B>(a);
        const auto y = beside<A, B>(b);
        if constexpr (std::is_same_v<M, bool> && std::is_same_v<decltype(x), decltype(y)>) return m ? x : y;
        else if constexpr (std::is_same_v<M, bool>) return m ? alike(x, y) : alike(y, x);
        else return select(m, alike(alike(x, y), m), alike(alike(y, x), m));
    }
};

// ---- spelling ------------------------------------------------------------------------------------------------------
template <class Op, class A, class B> constexpr auto combine(A const& a, B const& b) {
    using node = binary<Op, lifted<A>, lifted<B>>;
    static_assert(are_numbers(lifted<A>::kind, lifted<B>::kind),
                  "fovea: a mask is not a number; write select(mask, 1, 0) to count it");
    return node{{}, lift(a), lift(b)};
}
template <class Op, class A> constexpr auto combine(A const& a) {
    static_assert(A::kind != kinds::truth, "fovea: a mask is not a number; write select(mask, 1, 0) to count it");
    return unary<Op, A>{{}, a};
}
template <class Op, class A, class B> constexpr auto combine_integers(A const& a, B const& b) {
    static_assert(lifted<A>::kind == kinds::integer && lifted<B>::kind == kinds::integer,
                  "fovea: % << >> & | ^ take integer expressions; masks are joined with && and ||");
    return binary<Op, lifted<A>, lifted<B>>{{}, lift(a), lift(b)};
}
template <class Op, class A> constexpr auto combine_integers(A const& a) {
    static_assert(A::kind == kinds::integer, "fovea: ~ takes an integer expression; a mask is turned over with !");
    return unary<Op, A>{{}, a};
}
template <class Op, class A, class B> constexpr auto combine_masks(A const& a, B const& b) {
    static_assert(lifted<A>::kind == kinds::truth && lifted<B>::kind == kinds::truth,
                  "fovea: && and || join masks; compare the number with something first");
    return binary<Op, lifted<A>, lifted<B>>{{}, lift(a), lift(b)};
}
template <class Op, class A> constexpr auto combine_masks(A const& a) {
    static_assert(A::kind == kinds::truth, "fovea: ! turns a mask over; compare the number with something first");
    return unary<Op, A>{{}, a};
}

// clang-format off
template <class A, class B> requires makes_operation<A, B> constexpr auto operator+(A const& a, B const& b) { return combine<plus>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator-(A const& a, B const& b) { return combine<minus>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator*(A const& a, B const& b) { return combine<times>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator/(A const& a, B const& b) { return combine<divides>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator<(A const& a, B const& b) { return combine<less>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator<=(A const& a, B const& b) { return combine<less_equal>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator>(A const& a, B const& b) { return combine<greater>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator>=(A const& a, B const& b) { return combine<greater_equal>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator==(A const& a, B const& b) { return combine<equal>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator!=(A const& a, B const& b) { return combine<not_equal>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator%(A const& a, B const& b) { return combine_integers<modulo>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator<<(A const& a, B const& b) { return combine_integers<shift_left>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator>>(A const& a, B const& b) { return combine_integers<shift_right>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator&(A const& a, B const& b) { return combine_integers<bit_and>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator|(A const& a, B const& b) { return combine_integers<bit_or>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator^(A const& a, B const& b) { return combine_integers<bit_xor>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator&&(A const& a, B const& b) { return combine_masks<both>(a, b); }
template <class A, class B> requires makes_operation<A, B> constexpr auto operator||(A const& a, B const& b) { return combine_masks<either>(a, b); }
template <class A, class B> requires makes_expression<A, B> constexpr auto min(A const& a, B const& b) { return combine<smaller>(a, b); }
template <class A, class B> requires makes_expression<A, B> constexpr auto max(A const& a, B const& b) { return combine<larger>(a, b); }
template <term A> constexpr auto operator!(A const& a) { return combine_masks<negation>(lift(a)); }
template <term A> constexpr auto operator-(A const& a) { return combine<opposite>(lift(a)); }
template <term A> constexpr auto operator~(A const& a) { return combine_integers<complement>(lift(a)); }
template <term A> constexpr auto abs(A const& a) { return combine<magnitude>(lift(a)); }
template <term A> constexpr auto exp(A const& a) { return combine<exponential>(lift(a)); }
template <term A> constexpr auto log(A const& a) { return combine<natural_logarithm>(lift(a)); }
template <term A> constexpr auto tanh(A const& a) { return combine<hyperbolic_tangent>(lift(a)); }
// clang-format on

// x moved into [lo, hi].
template <term X, operand_of_operator Lo, operand_of_operator Hi>
constexpr auto clamp(X const& x, Lo const& lo, Hi const& hi) {
    return fovea::min(fovea::max(x, lo), hi); // qualified: operands with 128_c would find std::min too
}

// a where the mask holds, b elsewhere. Both are evaluated everywhere.
template <term M, operand_of_operator A, operand_of_operator B>
constexpr auto select(M const& mask, A const& a, B const& b) {
    static_assert(lifted<M>::kind == kinds::truth,
                  "fovea: the first argument of select is a mask: compare the number first");
    static_assert(are_numbers(lifted<A>::kind, lifted<B>::kind),
                  "fovea: select chooses between numbers; between masks write m && a || !m && b");
    return ternary<selection, lifted<M>, lifted<A>, lifted<B>>{{}, lift(mask), lift(a), lift(b)};
}

// ---- beside numbers of the compiler: q_pos - k_pos < 128_c ----------------------------------------------------------
// Boost.Hana's constants bring along operators with anything; these match as well and are more specialised.
// clang-format off
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator+(A&& a, stated<T, N> b) { return a + index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator+(stated<T, N> a, B&& b) { return index{a.value} + b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator-(A&& a, stated<T, N> b) { return a - index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator-(stated<T, N> a, B&& b) { return index{a.value} - b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator*(A&& a, stated<T, N> b) { return a * index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator*(stated<T, N> a, B&& b) { return index{a.value} * b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator/(A&& a, stated<T, N> b) { return a / index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator/(stated<T, N> a, B&& b) { return index{a.value} / b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator<(A&& a, stated<T, N> b) { return a < index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator<(stated<T, N> a, B&& b) { return index{a.value} < b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator<=(A&& a, stated<T, N> b) { return a <= index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator<=(stated<T, N> a, B&& b) { return index{a.value} <= b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator>(A&& a, stated<T, N> b) { return a > index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator>(stated<T, N> a, B&& b) { return index{a.value} > b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator>=(A&& a, stated<T, N> b) { return a >= index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator>=(stated<T, N> a, B&& b) { return index{a.value} >= b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator==(A&& a, stated<T, N> b) { return a == index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator==(stated<T, N> a, B&& b) { return index{a.value} == b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator!=(A&& a, stated<T, N> b) { return a != index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator!=(stated<T, N> a, B&& b) { return index{a.value} != b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator%(A&& a, stated<T, N> b) { return a % index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator%(stated<T, N> a, B&& b) { return index{a.value} % b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator<<(A&& a, stated<T, N> b) { return a << index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator<<(stated<T, N> a, B&& b) { return index{a.value} << b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator>>(A&& a, stated<T, N> b) { return a >> index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator>>(stated<T, N> a, B&& b) { return index{a.value} >> b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator&(A&& a, stated<T, N> b) { return a & index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator&(stated<T, N> a, B&& b) { return index{a.value} & b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator|(A&& a, stated<T, N> b) { return a | index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator|(stated<T, N> a, B&& b) { return index{a.value} | b; }
template <class A, class T, T N> requires term<std::remove_cvref_t<A>> constexpr auto operator^(A&& a, stated<T, N> b) { return a ^ index{b.value}; }
template <class B, class T, T N> requires term<std::remove_cvref_t<B>> constexpr auto operator^(stated<T, N> a, B&& b) { return index{a.value} ^ b; }
// clang-format on

} // namespace fovea::inline v0_1
