// What is refused of one view by itself: sizes, pointer, alignment, strides, where it begins.
//
//     status why = refuse_view(facts_of(q, "q"), empty_rows::refused, access::read);
#pragma once
#include <cstdint>

#include "fovea/base/refusal.hpp"
#include "fovea/tensor/prologue.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

FOVEA_COLD inline status disagree(char const* a, index x, char const* b, index y, char const* what_to_do) {
    return status({a, " is ", x, " but ", b, " is ", y, "; ", what_to_do});
}

// What a refusal needs to know of a view. number: of an output, 0 for operands.
struct view_facts {
    char const* name;
    void const* data;
    extents extent;
    index channels;
    strides stride;
    index element_size;
    index first;
    bool placed;
    index number = 0;

    char const* space() const { return number > 0 ? " " : ""; }
    piece ordinal() const { return number > 0 ? piece(number) : piece(""); }
};
template <view V> view_facts facts_of(V const& v, char const* name, index number = 0) {
    return {name,         v.data,          v.layout.extent,
            v.channels(), v.layout.stride, static_cast<index>(sizeof(typename V::element)),
            v.first,      v.placed,        number};
}

enum class empty_rows { refused, allowed }; // zero positions: a cache without keys
enum class access { read, written };

// The greatest number that divides both, which are 0 or more; std::gcd would include 6,000 lines.
constexpr index common_divisor(index a, index b) {
    while (b != 0) {
        const index left = a % b;
        a = b;
        b = left;
    }
    return a;
}

// Whether some steps along one axis end where some along another do. Strides are positive where there is a step.
constexpr bool axes_meet(index stride_a, index extent_a, index stride_b, index extent_b) {
    if (extent_a < 2 || extent_b < 2) return false;
    const index shared = common_divisor(stride_a, stride_b);
    return stride_b / shared < extent_a && stride_a / shared < extent_b;
}

struct stepped {
    index stride, extent;
};
// Whether steps along three axes or four may end where others along them do, no two axes meeting by themselves: 2, 3
// and 5 apart, two of each. An axis cannot be among them that reaches over all that the others do, nor one that ends
// before the others' common step.
constexpr bool several_axes_may_meet(stepped (&axes)[4]) {
    for (stepped& a : axes) {
        index reach = 0, common = 0;
        int others = 0;
        for (stepped const& b : axes)
            if (&a != &b && b.extent > 1) {
                reach = add_saturated(reach, multiply_saturated(b.extent - 1, b.stride));
                common = common_divisor(common, b.stride);
                ++others;
            }
        if (others < 2) return false;
        if (a.extent > 1 && (a.stride > reach || multiply_saturated(a.extent - 1, a.stride) < common)) {
            a.extent = 1;
            return several_axes_may_meet(axes);
        }
    }
    return true;
}

// A view by itself: sizes, pointer, alignment, strides.
FOVEA_COLD inline status refuse_view(view_facts const& v, empty_rows empty, access use) {
    const struct {
        char const* axis;
        index stride, extent, least;
        char const* plural;
    } axes[] = {{"batch", v.stride.batch, v.extent.batches, 1, "batches"},
                {"head", v.stride.head, v.extent.heads, 1, "heads"},
                {"channel", v.stride.channel, v.channels, 1, "channels"},
                {"position", v.stride.position, v.extent.positions, empty == empty_rows::allowed ? 0 : 1, "positions"}};
    for (auto const& a : axes)
        if (a.extent < a.least)
            return status({v.name, v.space(), v.ordinal(), " has ", a.extent, " ", a.plural,
                           a.least == 0 ? "; give it 0 or more" : "; give it at least 1"});
    if (v.extent.positions == 0) return {};
    if (v.data == nullptr)
        return status({v.name, v.space(), v.ordinal(), " has a null data pointer but ", v.extent.positions,
                       " positions; point it at its elements"});
    const auto misplaced =
        static_cast<index>(reinterpret_cast<std::uintptr_t>(v.data) % static_cast<std::uintptr_t>(v.element_size));
    if (misplaced != 0)
        return status({v.name, v.space(), v.ordinal(), " lies ", misplaced, " bytes past an element of ",
                       v.element_size, " bytes; align it to its element type"});
    for (auto const& a : axes) {
        if (a.stride < 0 && a.extent > 1)
            return status({v.name, v.space(), v.ordinal(), " has a ", a.axis, " stride of ", a.stride, " over ",
                           a.extent, " elements; strides are 0 or more"});
        if (use == access::written && a.stride == 0 && a.extent > 1)
            return status({v.name, v.space(), v.ordinal(), " is written but has a ", a.axis, " stride of 0 over ",
                           a.extent, " elements; give every element a place of its own"});
    }
    for (auto const& a : axes)
        for (auto const* b = axes; use == access::written && b != &a; ++b)
            if (axes_meet(a.stride, a.extent, b->stride, b->extent))
                return status({v.name, v.space(), v.ordinal(), " is written but its ", a.plural, " of stride ",
                               a.stride, " over ", a.extent, " elements meet its ", b->plural, " of stride ", b->stride,
                               " over ", b->extent, "; give every element a place of its own"});
    stepped all[4];
    for (int i = 0; i < 4; ++i) all[i] = {axes[i].stride, axes[i].extent};
    if (use == access::written && several_axes_may_meet(all))
        return status({v.name, v.space(), v.ordinal(), " is written but elements may meet: it steps by ",
                       v.stride.batch, ", ", v.stride.head, ", ", v.stride.position, " and ", v.stride.channel,
                       " along batches, heads, positions and channels; give every element a place of its own"});
    return {};
}

// Where positions may begin: in all that a call adds to one, 64 bits are not left.
inline constexpr index farthest_position = index{1} << 62;
FOVEA_COLD inline status refuse_far(view_facts const& v) {
    if (v.first >= -farthest_position && v.first <= farthest_position) return {};
    return status({v.name, " begins at position ", v.first, " but positions begin within ", farthest_position,
                   " of 0; move all positions by the same number"});
}

// A copy onto the operand itself: every element stays where it is.
FOVEA_COLD inline status refuse_moving_in_place(view_facts const& from, view_facts const& to) {
    if (from.data != to.data || from.extent.positions == 0) return {};
    const struct {
        char const* what;
        index from, to, extent;
    } both[] = {{"bytes an element", from.element_size, to.element_size, 2},
                {"as its batch stride", from.stride.batch, to.stride.batch, from.extent.batches},
                {"as its head stride", from.stride.head, to.stride.head, from.extent.heads},
                {"as its position stride", from.stride.position, to.stride.position, from.extent.positions},
                {"as its channel stride", from.stride.channel, to.stride.channel, from.channels}};
    for (auto const& b : both)
        if (b.from != b.to && b.extent > 1)
            return status({"the target of the copy has ", b.to, " ", b.what,
                           " but the operand copied, at the same place, ", "has ", b.from,
                           "; give the copy memory of its own"});
    return {};
}

FOVEA_COLD inline status refuse_rotation(index turned, index channels, char const* name) {
    if (turned < 0 || turned > channels)
        return disagree("the number of rope channels", turned, "the number of channels of the operand", channels,
                        "rotate at most the channels there are");
    if (turned % 2 != 0)
        return status({"rope turns pairs but ", name, " has ", turned,
                       " channels to rotate, not a multiple of 2; set .channels to an even number"});
    return {};
}
// By its ends: a theta or a factor that cannot be spoils the first pair or the last, or all.
template <class F> status refuse_frequency(F const& frequency, index turned, char const* name) {
    if (turned == 0) return {};
    const double ends[] = {static_cast<double>(frequency.frequency(0, turned)),
                           static_cast<double>(frequency.frequency(turned / 2 - 1, turned)),
                           static_cast<double>(frequency.amplitude())};
    for (const double x : ends)
        if (x - x != 0)
            return status({"rope turns ", name,
                           " by a frequency or an amplitude that is not finite; give it a theta and a factor above 0"});
    return {};
}
FOVEA_COLD inline status refuse_factor_of(char const* name) {
    return status({"scale multiplies ", name, " by a number that is not finite; give it a finite factor"});
}
template <operand O> status refuse_prologue(O const& o, char const* name) {
    if constexpr (view<O>) return {};
    else {
        if constexpr (requires { o.frequency; }) {
            const index d = source_of(o).channels(), turned = rotated_channels(o.frequency, d);
            status why = refuse_rotation(turned, d, name);
            if (why.ok()) why = refuse_frequency(o.frequency, turned, name);
            if (!why.ok()) return why;
        }
        if constexpr (requires { o.factor; })
            if (o.factor - o.factor != 0) return refuse_factor_of(name);
        return refuse_prologue(o.source, name);
    }
}

} // namespace v0_1
} // namespace fovea
