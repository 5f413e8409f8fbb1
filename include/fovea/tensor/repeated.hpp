// Tensors beside the operands: where an element lies of one of which an axis of extent 1 is repeated.
//
//     repeated_at(bias, batch, head, row, column)      // of bhqk(1, heads, 1, keys): the same for every batch and row
#pragma once
#include "fovea/tensor/strided.hpp"

namespace fovea::inline v0_1 {

FOVEA_HOST_DEVICE constexpr index along_axis(index extent, index at) { return extent == 1 ? 0 : at; }

template <view V> FOVEA_HOST_DEVICE constexpr auto* repeated_row(V const& t, index batch, index head, index row) {
    return t.row(along_axis(t.batches(), batch), along_axis(t.heads(), head), along_axis(t.positions(), row));
}
// From one channel of such a row to the next.
template <view V> FOVEA_HOST_DEVICE constexpr index repeated_stride(V const& t) {
    return along_axis(t.channels(), t.layout.stride.channel);
}
template <view V>
FOVEA_HOST_DEVICE constexpr auto& repeated_at(V const& t, index batch, index head, index row, index channel) {
    return repeated_row(t, batch, head, row)[along_axis(t.channels(), channel) * t.layout.stride.channel];
}

} // namespace fovea::inline v0_1
