// The bind reading for a run of keys: what a mask asks of their positions becomes a bit for each of them.
//
//     auto left = bind_run(causal, element);      // run_bits; element: that of the run's first key
//     left(c)                                     // of any lanes of the run
//
// A run is at most 64 consecutive keys of one query. A position that grows or falls by one from key to key meets a
// number of the row at one place, so that its comparison is a row of ones and zeros: a subtraction and a shift, however
// many keys there are. What asks for more (a table at k_pos, a remainder, a functor) stays as it was.
// Law: the bits are what the point reading gives, key by key, also where a position wraps around 64 bits.
#pragma once
#include "fovea/expr/bind_row.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// ---- positions -----------------------------------------------------------------------------------------------------
// By how much a number grows from a key to the next: -1, 0, 1, or it is irregular.
inline constexpr int irregular = 2;
consteval int sum_of_steps(int a, int b) {
    return a == irregular || b == irregular || a + b < -1 || a + b > 1 ? irregular : a + b;
}
consteval int opposite_step(int a) { return a == irregular ? irregular : -a; }
template <class E> inline constexpr int step_of = is_of_row<E> && E::kind == kinds::integer ? 0 : irregular;
template <> inline constexpr int step_of<key_position> = 1;
template <> inline constexpr int step_of<key_column> = 1;
template <class A, class B> inline constexpr int step_of<binary<plus, A, B>> = sum_of_steps(step_of<A>, step_of<B>);
template <class A, class B>
inline constexpr int step_of<binary<minus, A, B>> = sum_of_steps(step_of<A>, opposite_step(step_of<B>));
template <class A> inline constexpr int step_of<unary<opposite, A>> = opposite_step(step_of<A>);

// Bit i: whether first + i < end, or first + i <= last.
FOVEA_HOST_DEVICE constexpr std::uint64_t bits_below(index first, index end) {
    const std::uint64_t count = static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(first);
    return end <= first ? 0 : count > 63 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}
FOVEA_HOST_DEVICE constexpr std::uint64_t bits_up_to(index first, index last) {
    const std::uint64_t count = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
    return last < first ? 0 : count > 63 ? ~std::uint64_t{0} : (std::uint64_t{2} << count) - 1;
}

// Bit i: Op(first + Step i, number).
template <class Op, int Step> FOVEA_COLD std::uint64_t compare_each(index first, index number) {
    std::uint64_t bits = 0;
    for (index i = 0; i < 64; ++i)
        if (Op{}(0, wrapped_sum(first, Step * i), number)) bits |= std::uint64_t{1} << i;
    return bits;
}
template <class Op, int Step> FOVEA_HOST_DEVICE constexpr std::uint64_t compare_run(index first, index number) {
    static_assert(Step == 1 || Step == -1);
    if (Step > 0 ? first > index_max - 63 : first < index_min + 63) [[unlikely]]
        return compare_each<Op, Step>(first, number);
    // first - i < number says that number + i is not up to first
    const auto less_bits = [&] { return Step > 0 ? bits_below(first, number) : ~bits_up_to(number, first); };
    const auto less_equal_bits = [&] { return Step > 0 ? bits_up_to(first, number) : ~bits_below(number, first); };
    if constexpr (std::is_same_v<Op, less>) return less_bits();
    else if constexpr (std::is_same_v<Op, less_equal>) return less_equal_bits();
    else if constexpr (std::is_same_v<Op, greater>) return ~less_equal_bits();
    else if constexpr (std::is_same_v<Op, greater_equal>) return ~less_bits();
    else if constexpr (std::is_same_v<Op, equal>) return less_equal_bits() & ~less_bits();
    else return ~less_equal_bits() | less_bits();
}
// Number op position, said of the position.
template <class Op> struct turned_around {
    using type = Op;
};
template <> struct turned_around<less> {
    using type = greater;
};
template <> struct turned_around<less_equal> {
    using type = greater_equal;
};
template <> struct turned_around<greater> {
    using type = less;
};
template <> struct turned_around<greater_equal> {
    using type = less_equal;
};

// ---- masks ---------------------------------------------------------------------------------------------------------
template <class Op, class A, class B>
inline constexpr bool compares_run = std::is_base_of_v<comparison, Op> && step_of<A> != irregular &&
                                     step_of<B> != irregular && (step_of<A> == 0) != (step_of<B> == 0);
// Whether a mask is made of such comparisons, and of what is one value for the row.
template <class E> inline constexpr bool is_run = is_of_row<E>;
template <class Op, class A, class B> inline constexpr bool is_run<binary<Op, A, B>> =
    is_of_row<binary<Op, A, B>> || compares_run<Op, A, B>;
template <class A, class B> inline constexpr bool is_run<binary<both, A, B>> = is_run<A> && is_run<B>;
template <class A, class B> inline constexpr bool is_run<binary<either, A, B>> = is_run<A> && is_run<B>;
template <class A> inline constexpr bool is_run<unary<negation, A>> = is_run<A>;

// here: the context of the run's first element.
template <class E, class C> FOVEA_HOST_DEVICE constexpr std::uint64_t bits_of(E const& e, C const& here) {
    if constexpr (is_of_row<E>) return e(here) ? ~std::uint64_t{0} : 0;
    else return bits_of_parts(e, here);
}
template <class Op, class A, class B, class C>
FOVEA_HOST_DEVICE constexpr std::uint64_t bits_of_parts(binary<Op, A, B> const& e, C const& here) {
    if constexpr (std::is_same_v<Op, both>) return bits_of(e.a, here) & bits_of(e.b, here);
    else if constexpr (std::is_same_v<Op, either>) return bits_of(e.a, here) | bits_of(e.b, here);
    else if constexpr (step_of<B> == 0) return compare_run<Op, step_of<A>>(e.a(here), e.b(here));
    else return compare_run<typename turned_around<Op>::type, step_of<B>>(e.b(here), e.a(here));
}
template <class A, class C>
FOVEA_HOST_DEVICE constexpr std::uint64_t bits_of_parts(unary<negation, A> const& e, C const& here) {
    return ~bits_of(e.a, here);
}

struct run_bits {
    using is_expression = void;
    static constexpr kinds kind = kinds::truth;
    static constexpr dependence depends{.query = true, .key = true};
    std::uint64_t bits;
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return c.of_run(bits); }
};

template <class C> struct run_binder {
    C const& here;
    template <class E> FOVEA_HOST_DEVICE constexpr auto operator()(E const& e) const {
        if constexpr (E::kind == kinds::truth && is_run<E> && !is_of_row<E>) return run_bits{bits_of(e, here)};
        else if constexpr (requires { e.rebuild(*this); }) return e.rebuild(*this);
        else return e;
    }
};

template <class E, class C> FOVEA_HOST_DEVICE constexpr decltype(auto) bind_run(E const& e, C const& here) {
    return bound_by(run_binder<C>{here}, e);
}

} // namespace v0_1
} // namespace fovea
