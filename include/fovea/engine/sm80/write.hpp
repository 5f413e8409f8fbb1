// The end of a tile: statistics folded over the lanes that share a row, every assignment's epilogue, stores.
//
//     row_writer<Machine, Problem, Values> writer(problem, place, shared_bytes_of_this_warp);
//     writer.write(states, output);            // 16 rows of a warp
//
// Outputs pass through shared memory, where a row's channels come to lie beside each other: a warp then reads what an
// epilogue needs and stores what it gives in whole sectors, two channels to a lane.
#pragma once
#include "fovea/engine/sm80/fragment.hpp"
#include "fovea/engine/sm80/shape.hpp"
#include "fovea/softmax/row_result.hpp"

namespace fovea::sm80 {

// Where 16 rows of a warp are.
struct rows_place {
    index batch, head, row, rows; // the first row; rows that exist in all
};

template <class T> FOVEA_DEVICE T stored_as(float x) {
    if constexpr (std::is_same_v<T, float>) return x;
    else return T(x);
}

// Two neighbours in one access.
template <class T> struct alignas(2 * sizeof(T)) pair_of {
    T first, second;
};
template <class Machine, class T> FOVEA_DEVICE pair_of<T> rounded_pair(float first, float second) {
    if constexpr (std::is_same_v<T, float>) return {first, second};
    else return __builtin_bit_cast(pair_of<T>, Machine::template pair<T>(first, second));
}

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
    FOVEA_UNROLL_DEVICE
    for (int i = 0; i < Moments; ++i) t.moments[i] = across(s.moments[i], take_sum{});
    return t;
}

template <class Machine, int Moments>
FOVEA_DEVICE row_result<Moments> result_of_lane(row_result<Moments> const& r, int lane) {
    row_result<Moments> x;
    x.scale = Machine::shuffle(r.scale, lane);
    x.logsumexp = Machine::shuffle(r.logsumexp, lane);
    x.maximum = Machine::shuffle(r.maximum, lane);
    x.entropy = Machine::shuffle(r.entropy, lane);
    FOVEA_UNROLL_DEVICE
    for (int i = 0; i < Moments; ++i) x.moments[i] = Machine::shuffle(r.moments[i], lane);
    return x;
}

// Whether an assignment has a number for each channel, or one a row.
template <class A>
inline constexpr bool is_per_channel = decltype(find_all<value_sums>(std::declval<A const&>().expression))::count > 0;

template <class Machine, class Problem, int Values> class row_writer {
public:
    FOVEA_DEVICE row_writer(Problem const& p, rows_place at, word shared) : p_(p), at_(at), shared_(shared) {}

    // The lane's sums to where write() reads them.
    template <int Tiles> FOVEA_DEVICE void stage(matrix_sums const (&output)[Tiles]) const {
        const word lane = Machine::lane();
        FOVEA_UNROLL_DEVICE
        for (int r = 0; r < 2; ++r) {
            const word row = shared_ + (lane / 4 + 8 * static_cast<word>(r)) * output_pitch<Values> + lane % 4 * 8;
            FOVEA_UNROLL_DEVICE
            for (int n = 0; n < Tiles; ++n)
                Machine::store_shared(row + 32 * static_cast<word>(n),
                                      pair_of<float>{output[n][2 * r], output[n][2 * r + 1]});
        }
    }

    // Rows 8 half to 8 half + 7, results[...] being those of this lane's row of them.
    template <class Result> FOVEA_DEVICE void write(Result const& result, int half) const {
        const auto lane = static_cast<int>(Machine::lane());
        const index own = at_.row + 8 * half + lane / 4;
        each(p_.outputs, [&](auto, auto const& assigned) {
            using assigned_type = std::remove_cvref_t<decltype(assigned)>;
            using element = typename std::remove_cvref_t<decltype(assigned.target)>::element;
            if constexpr (!is_per_channel<assigned_type>) {
                if (lane % 4 == 0 && own < at_.rows)
                    Machine::store(assigned.target.row(at_.batch, at_.head, own),
                                   stored_as<element>(value(assigned, result, own, 0, 0.f)));
            }
        });
        if constexpr (Values > 0)
            for (int row = 0; row < 8; ++row) {
                const Result of_row = result_of_lane<Machine>(result, 4 * row);
                const index at = at_.row + 8 * half + row;
                if (at < at_.rows) write_channels(of_row, at, shared_ + static_cast<word>(8 * half + row) * output_pitch<Values>);
            }
    }

private:
    template <class A, class Result>
    FOVEA_DEVICE float value(A const& assigned, Result const& result, index row, index channel, float sum) const {
        return as_real(assigned.expression(
            row_element<Machine, Result>{at_.batch, at_.head, row, channel, result, sum * result.scale}));
    }

    template <class Result> FOVEA_DEVICE void write_channels(Result const& result, index row, word sums) const {
        each(p_.outputs, [&](auto, auto const& assigned) {
            using assigned_type = std::remove_cvref_t<decltype(assigned)>;
            using element = typename std::remove_cvref_t<decltype(assigned.target)>::element;
            if constexpr (is_per_channel<assigned_type>) {
                element* const to = assigned.target.row(at_.batch, at_.head, row);
                const auto channels = static_cast<int>(assigned.target.channels());
                const index stride = assigned.target.layout.stride.channel;
                const bool paired = stride == 1 && reinterpret_cast<std::uintptr_t>(to) % sizeof(pair_of<element>) == 0;
                for (int c = 2 * static_cast<int>(Machine::lane()); c < channels; c += 64) {
                    const auto sum = Machine::template load_shared<pair_of<float>>(sums + 4 * static_cast<word>(c));
                    const float first = value(assigned, result, row, c, sum.first);
                    const bool two = c + 1 < channels;
                    const float second = two ? value(assigned, result, row, c + 1, sum.second) : 0.f;
                    if (two && paired)
                        Machine::store(reinterpret_cast<pair_of<element>*>(to + c),
                                       rounded_pair<Machine, element>(first, second));
                    else {
                        Machine::store(to + c * stride, stored_as<element>(first));
                        if (two) Machine::store(to + (c + 1) * stride, stored_as<element>(second));
                    }
                }
            }
        });
    }

    Problem const& p_;
    rows_place at_;
    word shared_;
};

} // namespace fovea::sm80
