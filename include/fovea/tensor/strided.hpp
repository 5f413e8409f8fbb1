// Views of operands and results: a pointer, extents over (batch, head, position, channel) and strides in elements.
//
//     auto q = fovea::tensor(pointer, fovea::bshd(batches, positions, heads, 128_c));
//     auto l = fovea::tensor(pointer, fovea::bhs(batches, heads, positions));        // one number a row
//
// A view owns nothing. Axis letters are written slowest first, as the memory is laid out: b batch, h head, s position,
// d channel. Channels are a constant (128_c) or a run-time number. All extents, strides and offsets are 64-bit.
#pragma once
#include "fovea/base/integers.hpp"
#include "fovea/dtype/formats.hpp"
#include "fovea/meta/constant.hpp"

namespace fovea::inline v0_1 {

struct extents {
    index batches = 1, heads = 1, positions = 1;
};

// In elements. An axis of extent 1 may have any stride.
struct strides {
    index batch = 0, head = 0, position = 0, channel = 1;
};

// Extents, channels and strides: where the elements of a view lie.
template <class Channels> struct layout {
    extents extent;
    [[no_unique_address]] Channels channels;
    strides stride;
};

// Any strides; the others below lie without gaps: bshd, bhsd, sbhd, and bhs, bsh with one number a row.
template <class Channels> constexpr auto strided(extents e, Channels channels, strides s) {
    if constexpr (known_size<size_type<Channels>> >= 0) return layout<size_type<Channels>>{e, {}, s};
    else return layout<index>{e, static_cast<index>(channels), s};
}
template <class Channels> constexpr auto bshd(index batches, index positions, index heads, Channels channels) {
    const index d = channels;
    return strided({batches, heads, positions}, channels, {positions * heads * d, d, heads * d, 1});
}
template <class Channels> constexpr auto bhsd(index batches, index heads, index positions, Channels channels) {
    const index d = channels;
    return strided({batches, heads, positions}, channels, {heads * positions * d, positions * d, d, 1});
}
template <class Channels> constexpr auto sbhd(index positions, index batches, index heads, Channels channels) {
    const index d = channels;
    return strided({batches, heads, positions}, channels, {heads * d, d, batches * heads * d, 1});
}
constexpr auto bhs(index batches, index heads, index positions) {
    return strided({batches, heads, positions}, constant_size<1>{}, {heads * positions, positions, 1, 1});
}
constexpr auto bsh(index batches, index positions, index heads) {
    return strided({batches, heads, positions}, constant_size<1>{}, {heads * positions, 1, heads, 1});
}

template <class View, class Expression> struct assignment;

// Shapes: extents as in `layout`. `first` is the absolute position of row 0; `placed` says that the caller stated it.
template <class T, class Channels> struct strided_view {
    using element = T;
    using channels_type = Channels;

    T* data = nullptr;
    fovea::layout<Channels> layout{};
    index first = 0;
    bool placed = false;

    FOVEA_HOST_DEVICE constexpr index batches() const { return layout.extent.batches; }
    FOVEA_HOST_DEVICE constexpr index heads() const { return layout.extent.heads; }
    FOVEA_HOST_DEVICE constexpr index positions() const { return layout.extent.positions; }
    FOVEA_HOST_DEVICE constexpr index channels() const {
        if constexpr (known_size<Channels> >= 0) return known_size<Channels>;
        else return layout.channels;
    }
    FOVEA_HOST_DEVICE constexpr T* row(index batch, index head, index position) const {
        return data + (batch * layout.stride.batch + head * layout.stride.head + position * layout.stride.position);
    }
    FOVEA_HOST_DEVICE constexpr T& at(index batch, index head, index position, index channel = 0) const {
        return row(batch, head, position)[channel * layout.stride.channel];
    }

    // `view = expression` makes an assignment for run; assigning a view of the same type re-seats it.
    template <class E> [[nodiscard]] constexpr auto operator=(E const& expression) const;
    constexpr strided_view& operator=(strided_view const&) = default;
    constexpr strided_view(strided_view const&) = default;
    constexpr strided_view(T* pointer, fovea::layout<Channels> l, index first_position = 0, bool is_placed = false)
        : data(pointer), layout(l), first(first_position), placed(is_placed) {}
    constexpr strided_view() = default;
    // Elements that may be written, to be read alone.
    template <class U>
        requires std::is_same_v<T, U const>
    constexpr strided_view(strided_view<U, Channels> const& v) : strided_view(v.data, v.layout, v.first, v.placed) {}
};

template <class T, class Channels>
[[nodiscard]] constexpr strided_view<T, Channels> tensor(T* pointer, layout<Channels> l) {
    static_assert(is_element<std::remove_const_t<T>>, "fovea: the elements of a tensor are float, bf16 or fp16");
    return {pointer, l};
}
template <class V, class Channels>
    requires requires(V const& v) { v.data(); }
constexpr auto tensor(V const&, layout<Channels>) {
    static_assert(sizeof(V) == 0, "fovea: tensor takes a pointer to the first element: tensor(x.data(), layout)");
}

template <class T> inline constexpr bool is_view = false;
template <class T, class C> inline constexpr bool is_view<strided_view<T, C>> = true;
template <class T> concept view = is_view<T>;

// The same view with its row 0 at absolute position `first`.
template <view V> [[nodiscard]] constexpr V at(V v, index first) { return {v.data, v.layout, first, true}; }

// q placed so that its last row stands at the last position of k: decoding against a cache.
template <view Q, view K> [[nodiscard]] constexpr Q align_ends(Q q, K const& k) {
    return at(q, k.first + k.positions() - q.positions());
}

// The rows [begin, begin + count) of a view, `begin` positions further on. What was not stated of the view is not
// stated of them: they may be those of one sequence of many.
template <view V> [[nodiscard]] constexpr V rows(V v, index begin, index count) {
    v.data += begin * v.layout.stride.position;
    v.layout.extent.positions = count;
    v.first += begin;
    return v;
}

} // namespace fovea::inline v0_1
