// Looking into an expression: which nodes of a family it holds.
//
//     find_all<dot_products>(s).head.q      has_any<dot_products, decltype(s)>
#pragma once
#include "fovea/expr/probability.hpp"
#include "fovea/meta/list.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <class T> inline constexpr bool is_unary = false;
template <class Op, class A> inline constexpr bool is_unary<unary<Op, A>> = true;
template <class T> inline constexpr bool is_binary = false;
template <class Op, class A, class B> inline constexpr bool is_binary<binary<Op, A, B>> = true;
template <class T> inline constexpr bool is_ternary = false;
template <class Op, class A, class B, class D> inline constexpr bool is_ternary<ternary<Op, A, B, D>> = true;

// All nodes of e for which Family::is<node> holds, left to right, as a list of values.
template <class Family, class E> constexpr auto find_all(E const& e) {
    if constexpr (Family::template is<E>) return make_list(e);
    else if constexpr (is_unary<E>) return find_all<Family>(e.a);
    else if constexpr (is_binary<E>) return join(find_all<Family>(e.a), find_all<Family>(e.b));
    else if constexpr (is_ternary<E>)
        return join(find_all<Family>(e.a), join(find_all<Family>(e.b), find_all<Family>(e.d)));
    else if constexpr (is_masked<E>) return join(find_all<Family>(e.mask), find_all<Family>(e.score));
    else return make_list();
}
template <class Family, class E>
inline constexpr bool has_any = decltype(find_all<Family>(std::declval<E const&>()))::count > 0;

template <class T> inline constexpr bool is_dot_product = false;
template <class Q, class K> inline constexpr bool is_dot_product<dot_product<Q, K>> = true;
template <class T> inline constexpr bool is_value_sum = false;
template <class P, class V> inline constexpr bool is_value_sum<value_sum<P, V>> = true;
template <class T> inline constexpr bool is_expectation = false;
template <class P, class F> inline constexpr bool is_expectation<expectation<P, F>> = true;
template <class T> inline constexpr bool is_entropy = false;
template <class P> inline constexpr bool is_entropy<entropy_of<P>> = true;
template <class T> inline constexpr bool is_logsumexp = false;
template <class S> inline constexpr bool is_logsumexp<logsumexp_of<S>> = true;
template <class T> inline constexpr bool is_maximum = false;
template <class S> inline constexpr bool is_maximum<max_of_scores<S>> = true;

template <class T> inline constexpr bool is_epilogue_tensor = false;
template <class V> inline constexpr bool is_epilogue_tensor<element_of_tensor<V>> = true;

struct masked_scores {
    template <class T> static constexpr bool is = is_masked<T>;
};
struct dot_products {
    template <class T> static constexpr bool is = is_dot_product<T>;
};
struct output_leaves {
    template <class T> static constexpr bool is = is_output<T>;
};
struct value_sums {
    template <class T> static constexpr bool is = is_value_sum<T>;
};
struct epilogue_tensors {
    template <class T> static constexpr bool is = is_epilogue_tensor<T>;
};
// What scores are made of and outputs are not: positions, products, tables, masks.
struct score_terms {
    template <class T> static constexpr bool is_single = !is_unary<T> && !is_binary<T> && !is_ternary<T>;
    template <class T>
    static constexpr bool is = is_masked<T> || reads_table<T> ||
                               (is_single<T> && !is_output<T> && !is_epilogue_tensor<T> && T::depends != dependence{});
};
struct expectations {
    template <class T> static constexpr bool is = is_expectation<T>;
};

} // namespace v0_1
} // namespace fovea
