// Rows of an operand, a few channels at a time, with its prologue applied: for tiles that cannot be copied as they are.
//
//     operand_plan<Operand, 64> plan = plan_operand<64>(operand);        // by the host, before the launch
//     operand_rows<Machine, Operand, 64> rows(operand, plan, batch, head);
//     rows.read(row, channel, x);                                        // x[0] x[1] ..., as many as x has, in float
//
// A rotated operand's angles are worked out each time a chunk is read: for keys, once per query tile and head of a
// group. Where several share their keys, a copy beforehand, run(engine, rotated = rope_halves(k, f)), does it once.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/base/turn.hpp"
#include "fovea/machine/sm80_machine.hpp"
#include "fovea/tensor/rope.hpp"

namespace fovea::inline v0_1::sm80 {

// How an operand's rows may be copied, which its address and strides decide.
enum class copy_width : int { elements, words, chunks };

// By the host, before the launch.
template <view V> [[gnu::visibility("hidden")]] copy_width width_of(V const& v) {
    strides const& s = v.layout.stride;
    if (s.channel != 1 && v.channels() != 1) return copy_width::elements;
    const auto aligned = [&](index bytes) {
        const index n = bytes / static_cast<index>(sizeof(typename V::element));
        return reinterpret_cast<std::uintptr_t>(v.data) % static_cast<std::uintptr_t>(bytes) == 0 &&
               v.channels() % n == 0 && (v.batches() == 1 || s.batch % n == 0) && (v.heads() == 1 || s.head % n == 0) &&
               s.position % n == 0; // of one position too: addresses of rows that do not exist are formed
    };
    return aligned(16) ? copy_width::chunks : aligned(4) ? copy_width::words : copy_width::elements;
}

template <class Operand, int Channels> struct operand_plan {
    copy_width width;
};
template <class O, int Channels> struct operand_plan<scaled_operand<O>, Channels> {
    operand_plan<O, Channels> inner;
    float factor;
};
template <class O, class F, pairing P, int Channels> struct operand_plan<rotated_operand<O, F, P>, Channels> {
    operand_plan<O, Channels> inner;
    std::int32_t pairs;
    float amplitude;
    array_of<std::uint64_t, Channels / 2> turns;
};

template <int Channels, class O, class F, pairing P>
[[gnu::visibility("hidden")]] operand_plan<rotated_operand<O, F, P>, Channels>
plan_operand(rotated_operand<O, F, P> const& o);
template <int Channels, view V> [[gnu::visibility("hidden")]] operand_plan<V, Channels> plan_operand(V const& v) {
    return {width_of(v)};
}
template <int Channels, class O>
[[gnu::visibility("hidden")]] operand_plan<scaled_operand<O>, Channels> plan_operand(scaled_operand<O> const& o) {
    return {plan_operand<Channels>(o.source), o.factor};
}
template <int Channels, class O, class F, pairing P>
operand_plan<rotated_operand<O, F, P>, Channels> plan_operand(rotated_operand<O, F, P> const& o) {
    const index turned = rotated_channels(o.frequency, source_of(o).channels());
    operand_plan<rotated_operand<O, F, P>, Channels> plan{plan_operand<Channels>(o.source),
                                                          static_cast<std::int32_t>(turned / 2),
                                                          static_cast<float>(o.frequency.amplitude()),
                                                          {}};
    for (index i = 0; i < turned / 2; ++i) plan.turns[i] = turns_a_position(o.frequency.frequency(i, turned));
    return plan;
}

// The pairs that a plan turns, with its scales around it or without.
template <class O, int Channels> [[gnu::visibility("hidden")]] index pairs_of(operand_plan<O, Channels> const& plan) {
    if constexpr (requires { plan.pairs; }) return plan.pairs;
    else if constexpr (requires { plan.inner; }) return pairs_of(plan.inner);
    else return 0;
}

// read(row, channel, x): channels [channel, channel + N), those beyond the last are 0. N, and channel, are even.
template <class Machine, class Operand, int Channels> class operand_rows;

template <class Machine, view V, int Channels> class operand_rows<Machine, V, Channels> {
public:
    FOVEA_DEVICE operand_rows(V const& v, operand_plan<V, Channels> const&, index batch, index head)
        : rows_(v.row(batch, head, 0)),
          stride_(v.layout.stride.position),
          channel_stride_(v.layout.stride.channel),
          channels_(static_cast<int>(v.channels())) {}

    template <class X, int N = length_of<X>> FOVEA_DEVICE void read(index row, int channel, X& x) const {
        FOVEA_UNROLL_DEVICE
        for (int c = 0; c < N; ++c) x[c] = channel + c < channels_ ? value(row, channel + c) : 0.f;
    }
    FOVEA_DEVICE float value(index row, int channel) const {
        return static_cast<float>(Machine::load(rows_ + (row * stride_ + channel * channel_stride_)));
    }

private:
    std::remove_const_t<typename V::element> const* rows_;
    index stride_, channel_stride_;
    int channels_;
};

template <class Machine, class O, int Channels> class operand_rows<Machine, scaled_operand<O>, Channels> {
public:
    FOVEA_DEVICE operand_rows(scaled_operand<O> const& o, operand_plan<scaled_operand<O>, Channels> const& plan,
                              index batch, index head)
        : inner_(o.source, plan.inner, batch, head), factor_(plan.factor) {}

    template <class X, int N = length_of<X>> FOVEA_DEVICE void read(index row, int channel, X& x) const {
        inner_.read(row, channel, x);
        FOVEA_UNROLL_DEVICE
        for (int c = 0; c < N; ++c) x[c] *= factor_;
    }
    FOVEA_DEVICE float value(index row, int channel) const { return inner_.value(row, channel) * factor_; }

private:
    operand_rows<Machine, O, Channels> inner_;
    float factor_;
};

template <class Machine, class O, class F, pairing P, int Channels>
class operand_rows<Machine, rotated_operand<O, F, P>, Channels> {
    using plan_type = operand_plan<rotated_operand<O, F, P>, Channels>;

public:
    FOVEA_DEVICE operand_rows(rotated_operand<O, F, P> const& o, plan_type const& plan, index batch, index head)
        : inner_(o.source, plan.inner, batch, head), plan_(plan), first_(source_of(o).first) {}

    template <class X, int N = length_of<X>> FOVEA_DEVICE void read(index row, int channel, X& x) const {
        inner_.read(row, channel, x);
        const auto position = static_cast<std::uint64_t>(first_ + row);
        if constexpr (P == pairing::pairs) {
            FOVEA_UNROLL_DEVICE
            for (int c = 0; c < N; c += 2) {
                const int pair = (channel + c) / 2;
                if (pair >= plan_.pairs) continue;
                const rotation d = rotation_by(position * plan_.turns[pair]);
                const float a = x[c], b = x[c + 1];
                x[c] = (a * d.cosine - b * d.sine) * plan_.amplitude;
                x[c + 1] = (b * d.cosine + a * d.sine) * plan_.amplitude;
            }
        } else read_halves(row, channel, position, x);
    }

private:
    // Channel c turns with c + pairs or c - pairs.
    template <class X, int N = length_of<X>>
    FOVEA_DEVICE void read_halves(index row, int channel, std::uint64_t position, X& x) const {
        FOVEA_UNROLL_DEVICE
        for (int c = 0; c < N; ++c) {
            const int at = channel + c;
            if (at >= 2 * plan_.pairs) continue;
            const bool first = at < plan_.pairs;
            const int pair = first ? at : at - plan_.pairs;
            const rotation d = rotation_by(position * plan_.turns[pair]);
            const float other = inner_.value(row, first ? at + plan_.pairs : pair);
            x[c] = (x[c] * d.cosine + other * (first ? -d.sine : d.sine)) * plan_.amplitude;
        }
    }

    operand_rows<Machine, O, Channels> inner_;
    plan_type const& plan_;
    index first_;
};

} // namespace fovea::inline v0_1::sm80
