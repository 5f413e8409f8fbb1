// Views of what looks like std::mdspan: data_handle(), extent(i), stride(i). Nothing is copied.
//
//     auto q = fovea::from_mdspan<"bshd">(span);      // its four dimensions, as they lie in memory
//
// A static extent of the channels becomes a compile-time constant. Error: strides and sizes that cannot be used are
// refused by run, like those of any view.
#pragma once
#include <cstddef>
#include <type_traits>

#include "fovea/tensor/axis_letters.hpp"

namespace fovea::inline v0_1 {

template <class M>
concept mdspan_like = requires(M const& m) {
    m.data_handle();
    m.extent(0);
    m.stride(0);
    M::rank();
};

// The channels of M as a constant where M knows them, else the number.
template <class M, axis_letters Letters> constexpr auto channels_of_mdspan(M const& m) {
    constexpr int d = Letters.place_of(axis::channel);
    if constexpr (d < 0) return constant_size<1>{};
    else if constexpr (requires { M::static_extent(0); }) {
        constexpr auto known = M::static_extent(static_cast<std::size_t>(d));
        if constexpr (known != static_cast<std::size_t>(-1)) return constant_size<static_cast<index>(known)>{};
        else return static_cast<index>(m.extent(static_cast<std::size_t>(d)));
    } else return static_cast<index>(m.extent(static_cast<std::size_t>(d)));
}

template <axis_letters Letters, class M> constexpr auto from_mdspan(M const& m) {
    constexpr bool valid = check_letters<Letters>();
    static_assert(mdspan_like<M>, "fovea: from_mdspan takes an mdspan: data_handle(), extent(i), stride(i) and rank()");
    if constexpr (valid && mdspan_like<M>) {
        using handle = std::remove_cvref_t<decltype(m.data_handle())>;
        constexpr bool ranks_agree = static_cast<int>(M::rank()) == Letters.count;
        constexpr bool plain = is_element<std::remove_const_t<std::remove_pointer_t<handle>>>;
        static_assert(ranks_agree, "fovea: from_mdspan needs one letter for each dimension of the mdspan");
        static_assert(plain, "fovea: from_mdspan needs a data_handle() that points to float, bf16 or fp16");
        if constexpr (ranks_agree && plain)
            return tensor(m.data_handle(), layout_by_letters<Letters>(
                                               channels_of_mdspan<M, Letters>(m),
                                               [&](int i) { return m.extent(static_cast<std::size_t>(i)); },
                                               [&](int i) { return m.stride(static_cast<std::size_t>(i)); }));
    }
}

} // namespace fovea::inline v0_1
