// An expression whose large functors stay where they are, for copies of it that are made again and again.
//
//     auto const& score = referring(problem.scored.score);      // lives no longer than what it was made of
//
// A kernel binds its expressions for each thread: a table inside a functor would be copied into every thread's own
// memory, and read there. Referred to, it is read from the kernel's parameters.
#pragma once
#include "fovea/expr/apply.hpp"
#include "fovea/expr/find.hpp"

namespace fovea::inline v0_1 {

#if defined(__CUDACC__) // as in expr/apply.hpp
#pragma nv_diagnostic push
#pragma nv_diag_error 20011
#pragma nv_diag_error 20014
#endif
template <class F> struct functor_reference {
    F const* functor;
    template <class... X>
        requires takes<F, X...>
    FOVEA_HOST_DEVICE constexpr auto operator()(X... x) const {
        return (*functor)(x...);
    }
};
#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif

template <class F> inline constexpr bool is_large = sizeof(F) > 64; // bytes: a few registers' worth

template <class E> inline constexpr bool calls_large = false;
template <class E>
    requires requires(E e) { e.op.functor; }
inline constexpr bool calls_large<E> = is_large<decltype(E::op.functor)>;
struct calls_of_large {
    template <class E> static constexpr bool is = calls_large<E>;
};
template <class E> inline constexpr bool has_large = has_any<calls_of_large, E>;

struct referrer {
    template <class E> FOVEA_HOST_DEVICE constexpr auto operator()(E const& e) const {
        if constexpr (!has_large<E>) return e;
        else return e.rebuild(*this);
    }
    template <class F, class A>
        requires is_large<F>
    FOVEA_HOST_DEVICE constexpr auto operator()(unary<call_functor<F>, A> const& e) const {
        auto a = (*this)(e.a);
        return unary<call_functor<functor_reference<F>>, decltype(a)>{{{&e.op.functor}}, a};
    }
    template <class F, class A, class B>
        requires is_large<F>
    FOVEA_HOST_DEVICE constexpr auto operator()(binary<call_functor<F>, A, B> const& e) const {
        auto a = (*this)(e.a);
        auto b = (*this)(e.b);
        return binary<call_functor<functor_reference<F>>, decltype(a), decltype(b)>{{{&e.op.functor}}, a, b};
    }
    template <class F, class A, class B, class D>
        requires is_large<F>
    FOVEA_HOST_DEVICE constexpr auto operator()(ternary<call_functor<F>, A, B, D> const& e) const {
        auto a = (*this)(e.a);
        auto b = (*this)(e.b);
        auto d = (*this)(e.d);
        return ternary<call_functor<functor_reference<F>>, decltype(a), decltype(b), decltype(d)>{
            {{&e.op.functor}}, a, b, d};
    }
};

template <class E> FOVEA_HOST_DEVICE constexpr decltype(auto) referring(E const& e) {
    if constexpr (has_large<E>) return referrer{}(e);
    else return (e);
}

} // namespace fovea::inline v0_1
