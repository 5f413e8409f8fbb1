// A plain list of values of different types, for host and device.
//
//     auto l = fovea::make_list(1, 2.f);      each(l, [](auto i, auto const& x) { ... });     get<1>(l) == 2.f
#pragma once
#include "fovea/base/config.hpp"
#include "fovea/meta/constant.hpp"

namespace fovea::inline v0_1 {

template <class... T> struct list;
template <> struct list<> {
    static constexpr int count = 0;
};
// No tail where there is none: behind an empty last member without an address of its own, [[no_unique_address]], nvcc
// lays out what follows the list elsewhere on the device than on the host.
template <class H> struct list<H> {
    static constexpr int count = 1;
    H head;
};
template <class H, class... T> struct list<H, T...> {
    static constexpr int count = 1 + static_cast<int>(sizeof...(T));
    H head;
    list<T...> tail;
};

// All but the first.
template <class H> FOVEA_HOST_DEVICE constexpr list<> tail_of(list<H> const&) { return {}; }
template <class H, class... T>
    requires(sizeof...(T) > 0)
FOVEA_HOST_DEVICE constexpr list<T...> const& tail_of(list<H, T...> const& l) {
    return l.tail;
}

FOVEA_HOST_DEVICE constexpr list<> make_list() { return {}; }
template <class H, class... T> FOVEA_HOST_DEVICE constexpr list<H, T...> make_list(H const& head, T const&... tail) {
    if constexpr (sizeof...(T) == 0) return {head};
    else return {head, make_list(tail...)};
}

template <int I, class H, class... T> FOVEA_HOST_DEVICE constexpr auto const& get(list<H, T...> const& l) {
    if constexpr (I == 0) return l.head;
    else return get<I - 1>(tail_of(l));
}

template <class H, class... T> FOVEA_HOST_DEVICE constexpr list<H, T...> joined_front(H const& head,
                                                                                      list<T...> const& tail) {
    if constexpr (sizeof...(T) == 0) return {head};
    else return {head, tail};
}
template <class... B> constexpr list<B...> join(list<> const&, list<B...> const& b) { return b; }
template <class H, class... T, class... B> constexpr auto join(list<H, T...> const& a, list<B...> const& b) {
    return joined_front(a.head, join(tail_of(a), b));
}

// f(constant_size<0>, first), f(constant_size<1>, second), ...
template <int I = 0, class F> constexpr void each(list<> const&, F const&) {}
template <int I = 0, class H, class... T, class F> constexpr void each(list<H, T...> const& l, F const& f) {
    f(constant_size<I>{}, l.head);
    each<I + 1>(tail_of(l), f);
}
// The same for an f that runs on host and device.
template <int I = 0, class F> FOVEA_HOST_DEVICE constexpr void each_anywhere(list<> const&, F const&) {}
template <int I = 0, class H, class... T, class F>
FOVEA_HOST_DEVICE constexpr void each_anywhere(list<H, T...> const& l, F const& f) {
    f(constant_size<I>{}, l.head);
    each_anywhere<I + 1>(tail_of(l), f);
}

// The list of f(value).
template <class F> FOVEA_HOST_DEVICE constexpr list<> transformed(list<> const&, F const&) { return {}; }
template <class H, class... T, class F>
FOVEA_HOST_DEVICE constexpr auto transformed(list<H, T...> const& l, F const& f) {
    return joined_front(f(l.head), transformed(tail_of(l), f));
}

} // namespace fovea::inline v0_1
