// Axes named by letters, slowest first, for tensors whose extents and strides come from elsewhere.
//
//     axis_letters letters = "bhs";      letters.place_of(axis::head) == 1
//
// b batch, h head, s position (q in the name of a bias, "bhqk"), d channel (k in the name of a bias). An axis without a
// letter has extent 1.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/tensor/strided.hpp"

namespace fovea::inline v0_1 {

enum class axis { batch, head, position, channel };

template <int Count> struct axis_letters {
    array_of<char, Count> letter = {};
    consteval axis_letters(array_of<char const, Count + 1>& text) {
        for (int i = 0; i < Count; ++i) letter[i] = text[i];
    }
    static constexpr int count = Count;

    static constexpr bool names(char c, axis a) {
        switch (a) {
        case axis::batch: return c == 'b';
        case axis::head: return c == 'h';
        case axis::position: return c == 's' || c == 'q';
        default: return c == 'd' || c == 'k';
        }
    }
    // Which dimension an axis is, or -1.
    constexpr int place_of(axis a) const {
        for (int i = 0; i < Count; ++i)
            if (names(letter[i], a)) return i;
        return -1;
    }
    // Every letter means an axis, and no axis is named twice.
    constexpr bool valid() const {
        for (int i = 0; i < Count; ++i) {
            bool known = false;
            for (axis a : {axis::batch, axis::head, axis::position, axis::channel})
                known = known || (names(letter[i], a) && place_of(a) == i);
            if (!known) return false;
        }
        return true;
    }
};
template <unsigned long N> axis_letters(char const (&)[N]) -> axis_letters<static_cast<int>(N) - 1>;

template <axis_letters Letters> consteval bool check_letters() {
    static_assert(Letters.valid(), "fovea: axes are named by one letter each, none twice: b, h, s (or q), d (or k)");
    return Letters.valid();
}

// The layout of a tensor whose dimension i has extent(i) elements, stride(i) elements apart.
template <axis_letters Letters, class Channels, class Extent, class Stride>
constexpr auto layout_by_letters(Channels channels, Extent const& extent, Stride const& stride) {
    constexpr int b = Letters.place_of(axis::batch), h = Letters.place_of(axis::head),
                  s = Letters.place_of(axis::position), d = Letters.place_of(axis::channel);
    const auto extent_at = [&](int i) { return i < 0 ? index{1} : static_cast<index>(extent(i)); };
    // An axis of extent 1 is never stepped along, whatever stride it came with.
    const auto stride_at = [&](int i) { return i < 0 || extent(i) == 1 ? index{0} : static_cast<index>(stride(i)); };
    const bool one_channel = d < 0 || extent(d) == 1;
    return strided({extent_at(b), extent_at(h), extent_at(s)}, channels,
                   {stride_at(b), stride_at(h), stride_at(s), one_channel ? 1 : stride_at(d)});
}

} // namespace fovea::inline v0_1
