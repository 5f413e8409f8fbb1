// The end of a row: statistics folded over the four lanes that share it, every assignment's epilogue, stores.
//
//     write_rows<Machine, Tile>(problem, bound, states, output, place);
#pragma once
#include "fovea/engine/sm80/fragment.hpp"
#include "fovea/softmax/row_result.hpp"

namespace fovea::sm80 {

// Where a lane's two rows of a 16-row block are.
struct row_place {
    index batch, head, row; // of the first; the second is 8 further
    index rows;             // that exist in all
};

template <class Machine, int Moments>
FOVEA_DEVICE row_total<Moments> folded_over_lanes(row_state<float, Moments> const& s) {
    const auto across = [](float x, auto op) {
        x = op(x, Machine::shuffle_xor(x, 1));
        return op(x, Machine::shuffle_xor(x, 2));
    };
    row_total<Moments> t;
    t.reference = s.reference;
    t.sum = across(s.sum, take_sum{});
    t.fresh = s.fresh() && t.sum == 0; // scores that are all NaN raise nothing, but they are no empty row
    t.entropy = across(s.entropy, take_sum{});
    t.top = across(s.top, take_max{});
    for (int i = 0; i < Moments; ++i) t.moments[i] = across(s.moments[i], take_sum{});
    return t;
}

template <class T> FOVEA_DEVICE constexpr T stored_as(float x) {
    if constexpr (std::is_same_v<T, float>) return x;
    else return T(x);
}

// Two neighbouring channels in one store where their places allow it.
template <class T> struct alignas(2 * sizeof(T)) channel_pair {
    T first, second;
};
template <class Machine, class T>
FOVEA_DEVICE void store_channels(T* to, index stride, index exist, float first, float second) {
    using two = channel_pair<T>;
    const bool aligned = reinterpret_cast<std::uintptr_t>(to) % sizeof(two) == 0;
    if (stride == 1 && exist >= 2 && aligned) {
        two x;
        if constexpr (std::is_same_v<T, float>) x = {first, second};
        else x = __builtin_bit_cast(two, Machine::template pair<T>(first, second));
        Machine::store(reinterpret_cast<two*>(to), x);
        return;
    }
    if (exist >= 1) Machine::store(to, stored_as<T>(first));
    if (exist >= 2) Machine::store(to + stride, stored_as<T>(second));
}

// Row r (0 or 1) of a block whose output the lane's sums hold; without values, the statistics alone.
template <class Machine, class Problem, class Result, int Tiles>
FOVEA_DEVICE void write_row(Problem const& p, Result const& result, matrix_sums const (&output)[Tiles], int r,
                            row_place at) {
    const auto lane = static_cast<index>(Machine::lane() % 4);
    const index row = at.row + 8 * r;
    if (row >= at.rows) return;
    each(p.outputs, [&](auto, auto const& assigned) {
        using target_type = std::remove_cvref_t<decltype(assigned.target)>;
        using element = typename target_type::element;
        constexpr bool per_channel = decltype(find_all<value_sums>(assigned.expression))::count > 0;
        element* to = assigned.target.row(at.batch, at.head, row);
        const auto value_at = [&](index channel, float sum) {
            return as_real(assigned.expression(row_element<Machine, Result>{
                at.batch, at.head, row, channel, result, sum * result.scale}));
        };
        if constexpr (per_channel) {
            const index stride = assigned.target.layout.stride.channel, channels = assigned.target.channels();
            FOVEA_UNROLL_DEVICE
            for (int n = 0; n < Tiles; ++n) {
                const index channel = 8 * n + 2 * lane, exist = channels - channel;
                if (exist <= 0) continue;
                const float first = value_at(channel, output[n][2 * r]);
                const float second = exist < 2 ? 0.f : value_at(channel + 1, output[n][2 * r + 1]);
                store_channels<Machine>(to + channel * stride, stride, exist, first, second);
            }
        } else if (lane == 0) Machine::store(to, stored_as<element>(value_at(0, 0.f)));
    });
}

} // namespace fovea::sm80
