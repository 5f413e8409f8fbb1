// Rows of an operand as floats: strides, storage format and prologue taken care of.
//
//     prepared<Operand> p(operand);                      // once a run: frequencies
//     row_reader<Operand, 8> rows(p, batch, head);       // once a tile
//     rows.read(i, out);                                 // row i of the view, channels() floats
//
// Rotations are exact to about 1e-15 in the angle: seeded by sine and cosine in double, then turned from row to row in
// double and seeded anew every 64 rows.
#pragma once
#include "fovea/engine/cpu/buffer.hpp"
#include "fovea/machine/simd/storage.hpp"
#include "fovea/tensor/rope.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// What of an operand is worth computing once a run.
template <operand O> struct prepared {
    O operand;
    explicit prepared(O const& o) : operand(o) {}
};
template <operand O> struct prepared<scaled_operand<O>> {
    prepared<O> inner;
    float factor;
    explicit prepared(scaled_operand<O> const& o) : inner(o.source), factor(o.factor) {}
};
template <operand O, class F, pairing P> struct prepared<rotated_operand<O, F, P>> {
    prepared<O> inner;
    index turned;
    float amplitude;
    buffer<double> frequency;
    explicit prepared(rotated_operand<O, F, P> const& o)
        : inner(o.source),
          turned(rotated_channels(o.frequency, source_of(o).channels())),
          amplitude(static_cast<float>(o.frequency.amplitude())),
          frequency(turned / 2) {
        for (index i = 0; i < turned / 2; ++i) frequency[i] = o.frequency.frequency(i, turned);
    }
};

// The operands of a problem, prepared once a run.
template <class Problem> struct prepared_operands {
    using q_type = decltype(decltype(Problem::operand)::q);
    using k_type = decltype(decltype(Problem::operand)::k);
    prepared<q_type> q;
    prepared<k_type> k;
    explicit prepared_operands(Problem const& p) : q(p.operand.q), k(p.operand.k) {}
};

template <operand O, int N> class row_reader {
public:
    row_reader(prepared<O> const& p, index batch, index head) : view_(p.operand), batch_(batch), head_(head) {}

    void read(index i, float* out) const {
        const index d = view_.channels(), stride = view_.layout.stride.channel;
        auto const* from = view_.row(batch_, head_, i);
        const index whole = stride == 1 ? d / N * N : 0;
        for (index c = 0; c < whole; c += N) store(out + c, load_as_real<N>(from + c));
        for (index c = whole; c < d; ++c) out[c] = from[c * stride];
    }
    // Where row i lies, if it is words of T already: floats, or pairs of bf16, side by side; else nullptr.
    template <class T> word const* in_place(index i) const {
        if constexpr (std::is_same_v<element_of_operand<O>, T>) {
            constexpr index pieces = sizeof(word) / sizeof(T);
            auto const* row = view_.row(batch_, head_, i);
            const bool whole = view_.channels() % pieces == 0 && view_.layout.stride.position % pieces == 0 &&
                               reinterpret_cast<std::uintptr_t>(row) % alignof(word) == 0;
            if (view_.layout.stride.channel == 1 && whole) return reinterpret_cast<word const*>(row);
        }
        return nullptr;
    }
    template <class T> index words_apart() const {
        return view_.layout.stride.position / static_cast<index>(sizeof(word) / sizeof(T));
    }
    index position(index i) const { return view_.first + i; }
    index channels() const { return view_.channels(); }

private:
    O view_;
    index batch_, head_;
};

template <operand O, int N> class row_reader<scaled_operand<O>, N> {
public:
    row_reader(prepared<scaled_operand<O>> const& p, index batch, index head)
        : inner_(p.inner, batch, head), factor_(p.factor) {}

    void read(index i, float* out) {
        inner_.read(i, out);
        for (index c = 0; c < inner_.channels(); ++c) out[c] *= factor_;
    }
    index position(index i) const { return inner_.position(i); }
    index channels() const { return inner_.channels(); }

private:
    row_reader<O, N> inner_;
    float factor_;
};

template <operand O, class F, pairing P, int N> class row_reader<rotated_operand<O, F, P>, N> {
public:
    row_reader(prepared<rotated_operand<O, F, P>> const& p, index batch, index head)
        : inner_(p.inner, batch, head), prepared_(&p), turns_(p.turned * 2) {}

    void read(index i, float* out) {
        inner_.read(i, out);
        turn_to(inner_.position(i));
        const index n = prepared_->turned / 2;
        const double *cosine = turns_.data(), *sine = cosine + n;
        const float amplitude = prepared_->amplitude;
        for (index j = 0; j < n; ++j) {
            const index a = P == pairing::halves ? j : 2 * j, b = P == pairing::halves ? j + n : 2 * j + 1;
            const float c = static_cast<float>(cosine[j]) * amplitude, s = static_cast<float>(sine[j]) * amplitude;
            const float x = out[a], y = out[b];
            out[a] = x * c - y * s;
            out[b] = y * c + x * s;
        }
    }
    index position(index i) const { return inner_.position(i); }
    index channels() const { return inner_.channels(); }

private:
    static constexpr index rows_between_seeds = 64;

    void turn_to(index position) {
        const index n = prepared_->turned / 2;
        double *cosine = turns_.data(), *sine = cosine + n, *step_cosine = sine + n, *step_sine = step_cosine + n;
        if (seeded_ && position == at_) return;
        if (!seeded_ || position != at_ + 1 || position % rows_between_seeds == 0) {
            for (index j = 0; j < n; ++j) {
                const double f = prepared_->frequency[j], angle = f * static_cast<double>(position);
                cosine[j] = __builtin_cos(angle);
                sine[j] = __builtin_sin(angle);
            }
        } else {
            for (index j = 0; !stepped_ && j < n; ++j) {
                step_cosine[j] = __builtin_cos(prepared_->frequency[j]);
                step_sine[j] = __builtin_sin(prepared_->frequency[j]);
            }
            stepped_ = true;
            for (index j = 0; j < n; ++j) {
                const double c = cosine[j], s = sine[j];
                cosine[j] = c * step_cosine[j] - s * step_sine[j];
                sine[j] = s * step_cosine[j] + c * step_sine[j];
            }
        }
        at_ = position;
        seeded_ = true;
    }

    row_reader<O, N> inner_;
    prepared<rotated_operand<O, F, P>> const* prepared_;
    buffer<double> turns_; // cosines, sines, and those of one position's turn
    index at_ = 0;
    bool seeded_ = false, stepped_ = false;
};

} // namespace v0_1
} // namespace fovea
