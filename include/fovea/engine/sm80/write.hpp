// The end of a tile: statistics folded over the lanes that share a row, every assignment's epilogue, stores.
//
//     row_writer<Machine, Problem, Values, Rows> writer(problem, place, shared_bytes_of_this_warp);
//     writer.stage(m, states, output, sink);      // 16 rows of the warp
//     writer.write();                             // all
//
// Outputs pass through shared memory, where a row's channels come to lie beside each other: a warp then reads what an
// epilogue needs and stores what it gives in whole sectors, four channels to a lane.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/engine/sm80/fragment.hpp"
#include "fovea/engine/sm80/shape.hpp"
#include "fovea/softmax/row_result.hpp"

namespace fovea::inline v0_1::sm80 {

// What is kept of a row beside its channels, in this order, as far as it is wanted; expectations come last.
enum class kept : int { reference, scale, logsumexp, maximum, entropy, expectations };

// Of `rows` rows, staged from `shared` on.
template <int Values> FOVEA_DEVICE word kept_at(word shared, int rows, int row, kept what, int i = 0) {
    return shared + static_cast<word>(rows) * output_pitch<Values> +
           4 * static_cast<word>((static_cast<int>(what) + i) * rows + row);
}

// Where the rows of a warp are: the first, how many exist of them.
struct rows_place {
    static constexpr bool has_one_head = true;
    index batch, head, first;
    int rows;
    FOVEA_DEVICE index head_of(int) const { return head; }
    FOVEA_DEVICE index position_of(int row) const { return first + row; }
};

template <class T> FOVEA_DEVICE T stored_as(float x) {
    if constexpr (std::is_same_v<T, float>) return x;
    else return T(x);
}

// Neighbours in one access.
template <class T> struct alignas(2 * sizeof(T)) pair_of {
    T first, second;
};
template <class T> struct alignas(4 * sizeof(T)) four_of {
    T at[4];
};
template <class Machine, class T> FOVEA_DEVICE four_of<T> rounded_four(float const (&x)[4]) {
    if constexpr (std::is_same_v<T, float>) return {{x[0], x[1], x[2], x[3]}};
    else {
        const pair_of<word> both{Machine::template pair<T>(x[0], x[1]), Machine::template pair<T>(x[2], x[3])};
        return __builtin_bit_cast(four_of<T>, both);
    }
}

template <class Machine, row_keeps Kept>
FOVEA_DEVICE row_total<Kept.moments> folded_over_lanes(lean_row_state<Kept> const& s) {
    const auto across = [](float x, auto op) { return over_lanes_of_row<Machine>(x, op); };
    row_total<Kept.moments> t;
    t.reference = s.fresh() ? 0.f : s.reference;
    t.sum = t.divisor = sum_of_row<Machine>(s);
    if constexpr (Kept.sums == weight_sums::both) t.sum = across(s.sum, take_sum{});
    t.fresh = s.fresh() && t.sum == 0; // scores that are all NaN raise nothing, but they are no empty row
    if constexpr (Kept.entropy) t.entropy = across(s.entropy, take_sum{});
    if constexpr (Kept.top) t.top = across(s.top, take_max{});
    FOVEA_UNROLL_DEVICE
    for (int i = 0; i < Kept.moments; ++i) t.moments[i] = across(s.moments[i], take_sum{});
    return t;
}

// Whether an assignment has a number for each channel, or one a row.
template <class A>
inline constexpr bool is_per_channel = has_any<value_sums, decltype(A::expression)>;

// Rows: of a warp. Place: rows_place, or another that says the same of each row.
template <class Machine, class Problem, int Values, int Rows, class Place = rows_place> class row_writer {
    static constexpr int moments = decltype(Problem::moments)::count;
    static constexpr statistics wanted = decltype(Problem::scored)::wanted;
    static_assert(static_cast<int>(kept::expectations) + moments <= kept_numbers,
                  "fovea: cuda: a run takes at most 3 expectations sum(p * f); give the others a run of their own");
    using result_type = row_result<moments>;

public:
    FOVEA_DEVICE row_writer(Problem const& p, Place at, word shared) : p_(p), at_(at), shared_(shared) {}

    // 16 rows of a warp from 16 m on: the lane's sums, and its two rows' totals, to where write() reads them.
    template <class State, class Sums>
    FOVEA_DEVICE void stage(int m, State const (&state)[2], Sums const& output, float sink) const {
        stage_sums(m, output);
        const auto lane = static_cast<int>(Machine::lane());
        FOVEA_UNROLL_DEVICE
        for (int r = 0; r < 2; ++r) {
            const auto total = folded_over_lanes<Machine>(state[r]);
            const result_type result = finish_as<decltype(Problem::scored.normaliser), wanted>(total, sink);
            if (lane % 4 == 0) keep(16 * m + 8 * r + lane / 4, total.reference, result);
        }
    }
    template <class Sums> FOVEA_DEVICE void stage_sums(int m, Sums const& output) const {
        if constexpr (Problem::has_values) {
            FOVEA_UNROLL_DEVICE
            for (int r = 0; r < 2; ++r) stage_row(r, 16 * m + 8 * r + static_cast<int>(Machine::lane()) / 4, output);
        }
    }
    // By one lane.
    FOVEA_DEVICE void keep(int row, float reference, result_type const& result) const {
        const auto keep_number = [this, row](kept what, float x, int i = 0) {
            Machine::store_shared(kept_at<Values>(shared_, Rows, row, what, i), x);
        };
        keep_number(kept::reference, reference);
        keep_number(kept::scale, result.scale);
        if constexpr (wanted.logsumexp) keep_number(kept::logsumexp, result.logsumexp);
        if constexpr (wanted.maximum) keep_number(kept::maximum, result.maximum);
        if constexpr (wanted.entropy) keep_number(kept::entropy, result.entropy);
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < moments; ++i) keep_number(kept::expectations, result.moments[i], i);
    }

    // After a sync of the warp: all rows, or those from `first` on.
    FOVEA_DEVICE void write(int first = 0) const {
        const int mine = first + static_cast<int>(Machine::lane());
        if (mine < at_.rows) {
            const result_type result = result_of(mine);
            each_anywhere(p_.outputs, [&](auto, auto const& assigned) {
                using element = typename std::remove_cvref_t<decltype(assigned.target)>::element;
                if constexpr (!is_per_channel<std::remove_cvref_t<decltype(assigned)>>)
                    Machine::store(assigned.target.row(at_.batch, at_.head_of(mine), at_.position_of(mine)),
                                   stored_as<element>(value(assigned, result, mine, 0, 0.f)));
            });
        }
        if constexpr (Values > 0)
            each_anywhere(p_.outputs, [&](auto, auto const& assigned) {
                if constexpr (is_per_channel<std::remove_cvref_t<decltype(assigned)>>) write_channels(assigned, first);
            });
    }

private:
    // Where products.hpp says that a lane's sums belong.
    template <class Sums, int Tiles = length_of<Sums>>
    FOVEA_DEVICE void stage_row(int r, int row, Sums const& output) const {
        const auto t = static_cast<int>(Machine::lane() % 4);
        if constexpr (is_half<typename Problem::value_element>) {
            FOVEA_UNROLL_DEVICE
            for (int n = 0; n < Tiles; ++n)
                Machine::store_shared(shared_ + output_at<Values>(row, 8 * n + 2 * t),
                                      pair_of<float>{output[n][2 * r], output[n][2 * r + 1]});
        } else {
            const auto store = [&](int channel, float a, float b, float c, float d) {
                Machine::store_shared(shared_ + output_at<Values>(row, channel), four_of<float>{{a, b, c, d}});
            };
            const int i = 2 * r;
            FOVEA_UNROLL_DEVICE
            for (int n = 0; n + 4 <= Tiles; n += 4) {
                auto const &x = output[n], &y = output[n + 1], &z = output[n + 2], &w = output[n + 3];
                store(8 * (n + t), x[i], y[i], z[i], w[i]);
                store(8 * (n + t) + 4, x[i + 1], y[i + 1], z[i + 1], w[i + 1]);
            }
            if constexpr (Tiles % 4 != 0) {
                auto const &x = output[Tiles - 2], &y = output[Tiles - 1];
                store(8 * (Tiles - 2) + 4 * t, x[i], y[i], x[i + 1], y[i + 1]);
            }
        }
    }
    FOVEA_DEVICE result_type result_of(int row) const {
        const auto number = [&](kept what, int i = 0) {
            return Machine::template load_shared<float>(kept_at<Values>(shared_, Rows, row, what, i));
        };
        result_type result{number(kept::scale), 0, 0, 0, {}};
        if constexpr (wanted.logsumexp) result.logsumexp = number(kept::logsumexp);
        if constexpr (wanted.maximum) result.maximum = number(kept::maximum);
        if constexpr (wanted.entropy) result.entropy = number(kept::entropy);
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < moments; ++i) result.moments[i] = number(kept::expectations, i);
        return result;
    }
    template <class A>
    FOVEA_DEVICE float value(A const& assigned, result_type const& result, int row, int channel, float sum) const {
        return as_real(assigned.expression(row_element<Machine, result_type>{
            at_.batch, at_.head_of(row), at_.position_of(row), channel, result, sum * result.scale}));
    }

    // An output's rows from `first` on.
    template <class A> FOVEA_DEVICE void write_channels(A const& assigned, int first) const {
        using element = typename std::remove_cvref_t<decltype(assigned.target)>::element;
        auto const& target = assigned.target;
        strides const& stride = target.layout.stride;
        const auto channels = static_cast<int>(target.channels());
        const auto row_of = [&](int row) { return target.row(at_.batch, at_.head_of(row), at_.position_of(row)); };
        constexpr std::uintptr_t size = sizeof(four_of<element>);
        const index between = stride.position | (at_.has_one_head ? 0 : stride.head); // rows, whose bits are all theirs
        const auto places =
            reinterpret_cast<std::uintptr_t>(row_of(first)) | static_cast<std::uintptr_t>(between) * sizeof(element);
        if (stride.channel == 1 && channels % 4 == 0 && places % size == 0)
            each_four(assigned, first, channels, [&](int row, int channel, auto const& x) {
                Machine::store(reinterpret_cast<four_of<element>*>(row_of(row) + channel),
                               rounded_four<Machine, element>({x(0), x(1), x(2), x(3)}));
            });
        else
            each_four(assigned, first, channels, [&](int row, int channel, auto const& x) {
                FOVEA_UNROLL_DEVICE
                for (int c = 0; c < 4; ++c)
                    if (channel + c < channels)
                        Machine::store(row_of(row) + (channel + c) * stride.channel, stored_as<element>(x(c)));
            });
    }
    // store(row, channel, x), x(c) being what is assigned to channel + c, for every fourth channel. Lanes take rows
    // side by side as far as those fill a warp; some are read before the first of them is worked on.
    template <class A, class Store>
    FOVEA_DEVICE void each_four(A const& assigned, int first, int channels, Store const& store) const {
        constexpr int columns = least(Values / 4, 32), rows = 32 / columns, together = 4;
        const auto lane = static_cast<int>(Machine::lane());
        if (lane >= columns * rows) return;
        for (int top = first + lane / columns; top < at_.rows; top += rows * together)
            for (int channel = lane % columns * 4; channel < channels; channel += 4 * columns) {
                four_of<float> sums[together]{};
                result_type results[together]{};
                FOVEA_UNROLL_DEVICE
                for (int i = 0; i < together; ++i) {
                    const int row = top + rows * i;
                    if (row >= at_.rows) continue;
                    sums[i] = Machine::template load_shared<four_of<float>>(shared_ + output_at<Values>(row, channel));
                    results[i] = result_of(row);
                }
                FOVEA_UNROLL_DEVICE
                for (int i = 0; i < together; ++i) {
                    const int row = top + rows * i;
                    if (row >= at_.rows) continue;
                    store(row, channel,
                          [&](int c) { return value(assigned, results[i], row, channel + c, sums[i].at[c]); });
                }
            }
    }

    Problem const& p_;
    Place at_;
    word shared_;
};

} // namespace fovea::inline v0_1::sm80
