// Rows of an operand in double, its prologue applied: what the reference engine multiplies.
//
//     operand_rows keys(operand, batch, kv_head);      keys[3][c]      // row 3, channel c
#pragma once
#include "fovea/tensor/rope.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// An array that goes away with its owner, zero at first.
template <class T> class owned_array {
public:
    explicit owned_array(index n) : data_(new T[static_cast<unsigned long>(n > 0 ? n : 1)]()) {}
    owned_array(owned_array const&) = delete;
    owned_array& operator=(owned_array const&) = delete;
    ~owned_array() { delete[] data_; }
    T* data() const { return data_; }
    T& operator[](index i) const { return data_[i]; }

private:
    T* data_;
};

template <view V> void read_row(V const& v, index batch, index head, index row, double* out) {
    for (index c = 0; c < v.channels(); ++c)
        out[c] = static_cast<double>(static_cast<float>(v.at(batch, head, row, c)));
}

template <operand O> void read_row(scaled_operand<O> const& o, index batch, index head, index row, double* out) {
    read_row(o.source, batch, head, row, out);
    for (index c = 0; c < source_of(o).channels(); ++c) out[c] *= static_cast<double>(o.factor);
}

template <operand O, class F, pairing P>
void read_row(rotated_operand<O, F, P> const& o, index batch, index head, index row, double* out) {
    read_row(o.source, batch, head, row, out);
    const index n = rotated_channels(o.frequency, source_of(o).channels());
    const double position = static_cast<double>(source_of(o).first + row), amplitude = o.frequency.amplitude();
    for (index i = 0; i < n / 2; ++i) {
        const double angle = position * o.frequency.frequency(i, n);
        const double c = amplitude * __builtin_cos(angle), s = amplitude * __builtin_sin(angle);
        double& x = out[P == pairing::halves ? i : 2 * i];
        double& y = out[P == pairing::halves ? i + n / 2 : 2 * i + 1];
        const double turned = x * c - y * s;
        y = y * c + x * s;
        x = turned;
    }
}

// All rows of one head.
template <operand O> class operand_rows {
public:
    operand_rows(O const& o, index batch, index head)
        : channels_(source_of(o).channels()), values_(source_of(o).positions() * channels_) {
        for (index row = 0; row < source_of(o).positions(); ++row)
            read_row(o, batch, head, row, values_.data() + row * channels_);
    }
    double const* operator[](index row) const { return values_.data() + row * channels_; }

private:
    index channels_;
    owned_array<double> values_;
};

} // namespace v0_1
} // namespace fovea
