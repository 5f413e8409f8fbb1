// A user's own function object as part of an expression.
//
//     struct bump {
//         template <class S, class I> auto operator()(S s, I q, I k) const { return s + 0.1f * fovea::as_real(q - k); }
//     };
//     auto mine = fovea::apply(bump{}, scaled_dot(q, k), q_pos, k_pos);
//
// A template operator() must accept every reading: it gets numbers, lanes and intervals, and skips dead tiles by
// itself. An operator() with plain parameters (float, std::int64_t, int) is called for one element at a time, and says
// nothing about intervals: its tiles are `some`. It is called for elements of the call's own rows and columns only,
// though also for ones that the mask leaves out. It must be a named type for use on a device. One with
// `status refused() const` is asked before a call runs.
//
// It is copied with the expression, many times a run: it holds numbers, pointers and tables, no containers.
// Several outputs of one run have the same score if their functors are equal, by == where it is defined, else by their
// bytes.
#pragma once
#include "fovea/expr/node.hpp"

namespace fovea::inline v0_1 {

template <class F, class... A> concept takes = std::is_invocable_v<F const&, A...>;

// What f gives for one element decides the kind of the expression.
template <kinds K> using scalar_of =
    std::conditional_t<K == kinds::real, float, std::conditional_t<K == kinds::truth, bool, index>>;

template <class T>
inline constexpr kinds kind_of = std::is_same_v<T, bool> || std::is_same_v<T, truth> ? kinds::truth
                                 : std::is_integral_v<T>                             ? kinds::integer
                                                                                     : kinds::real;

#if defined(__CUDACC__) // of a functor without FOVEA_HOST_DEVICE nvcc only warns, and leaves its call out of the kernel
#pragma nv_diagnostic push
#pragma nv_diag_error 20011
#pragma nv_diag_error 20014
#endif
// f called for one reading. Lanes that f does not take go through one at a time, in the context's own way.
template <class F> struct call_functor {
    static_assert(std::is_trivially_destructible_v<F>,
                  "fovea: apply: the functor owns memory, which would be copied many times a run; let it hold a "
                  "pointer or a fovea::table");
    static constexpr dependence depends{};
    static constexpr char const* name = "apply";
    template <kinds... K> static constexpr kinds result = kind_of<std::invoke_result_t<F const&, scalar_of<K>...>>;
    [[no_unique_address]] F functor;

    template <class C, class... A> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c, A... a) const {
        if constexpr (requires { c.exists; })
            return c.one_by_one([this](auto... x) { return normal(functor(scalar(x)...)); }, a...);
        else if constexpr ((std::is_arithmetic_v<A> && ...)) return normal(functor(scalar(a)...));
        else if constexpr (takes<F, A...>) return normal(functor(a...));
        else if constexpr (((is_interval<A> || std::is_same_v<A, truth>) || ...)) return anything(c, a...);
        else return c.one_by_one([this](auto... x) { return normal(functor(x...)); }, a...);
    }

private:
    // Reals are float, also where the context computes in double.
    template <class T> FOVEA_HOST_DEVICE static constexpr auto scalar(T x) {
        if constexpr (std::is_floating_point_v<T>) return static_cast<float>(x);
        else return x;
    }
    // Numbers are bool, index and float; lanes and ranges are what they are.
    template <class T> FOVEA_HOST_DEVICE static constexpr auto normal(T x) {
        if constexpr (std::is_same_v<T, bool> || !std::is_arithmetic_v<T>) return x;
        else if constexpr (std::is_integral_v<T>) return static_cast<index>(x);
        else return static_cast<float>(x);
    }
    // An interval among plain numbers: the reading is asked of the functor's kind alone.
    template <class C, class... A> FOVEA_HOST_DEVICE static constexpr auto anything(C const&, A...) {
        using value = std::invoke_result_t<F const&, element_of<A>...>;
        if constexpr (kind_of<value> == kinds::truth) return truth{true, false};
        else if constexpr (kind_of<value> == kinds::integer) return any_position;
        else return any_score;
    }
    template <class A>
    using element_of =
        std::conditional_t<is_real<A>, float,
                           std::conditional_t<std::is_same_v<A, truth> || std::is_same_v<A, bool>, bool, index>>;
};
#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif

template <class F, operand_of_operator A> constexpr auto apply(F f, A const& a) {
    static_assert(takes<F, scalar_of<lifted<A>::kind>>,
                  "fovea: apply: the functor cannot be called (const) with one number: float, std::int64_t or bool");
    return unary<call_functor<F>, lifted<A>>{{f}, lift(a)};
}
template <class F, operand_of_operator A, operand_of_operator B> constexpr auto apply(F f, A const& a, B const& b) {
    static_assert(
        takes<F, scalar_of<lifted<A>::kind>, scalar_of<lifted<B>::kind>>,
        "fovea: apply: the functor cannot be called (const) with these two numbers: float, std::int64_t or bool");
    return binary<call_functor<F>, lifted<A>, lifted<B>>{{f}, lift(a), lift(b)};
}
template <class F, operand_of_operator A, operand_of_operator B, operand_of_operator D>
constexpr auto apply(F f, A const& a, B const& b, D const& d) {
    static_assert(
        takes<F, scalar_of<lifted<A>::kind>, scalar_of<lifted<B>::kind>, scalar_of<lifted<D>::kind>>,
        "fovea: apply: the functor cannot be called (const) with these three numbers: float, std::int64_t or bool");
    return ternary<call_functor<F>, lifted<A>, lifted<B>, lifted<D>>{{f}, lift(a), lift(b), lift(d)};
}

} // namespace fovea::inline v0_1
