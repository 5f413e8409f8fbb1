// The reference engine's contexts: one element of attention, and one channel of a finished row.
//
//     reference_element at{batch, head, kv_head, query, key, first_query, first_key, score, &fault};   mask(at), s(at)
//
// The product of query and key is double; numbers that an expression brings along (constants, tables, positions beside
// reals) are float, as the language says.
#pragma once
#include "fovea/tensor/repeated.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// The first read outside a table since it was cleared; size 0: none.
struct table_fault {
    index at = 0, size = 0;
};

template <view V> FOVEA_HOST_DEVICE double repeated_element(V const& t, index batch, index head, index row,
                                                            index column) {
    return static_cast<double>(static_cast<float>(repeated_at(t, batch, head, row, column)));
}

struct reference_element {
    index batch, head, kv_head, query, key;
    index first_query, first_key;
    double score;
    table_fault* fault;

    template <view V> FOVEA_HOST_DEVICE double read_bias(V const& t, index row, index column) const {
        return repeated_element(t, batch, head, row, column);
    }
    FOVEA_HOST_DEVICE void check_index(index i, index n) const {
        if ((i < 0 || i >= n) && fault->size == 0) *fault = {i, n};
    }
};

// What one row of scores adds up to, for an epilogue to read.
struct reference_row {
    double const *values, *moments; // per channel, per expectation
    double logsumexp, maximum, entropy;
};

struct reference_output {
    reference_row const& finished;
    index batch, head, row, channel;

    FOVEA_HOST_DEVICE double values() const { return finished.values[channel]; }
    FOVEA_HOST_DEVICE double logsumexp() const { return finished.logsumexp; }
    FOVEA_HOST_DEVICE double maximum() const { return finished.maximum; }
    FOVEA_HOST_DEVICE double entropy() const { return finished.entropy; }
    template <int I> FOVEA_HOST_DEVICE double expectation() const { return finished.moments[I]; }
    template <view V> FOVEA_HOST_DEVICE double tensor_element(V const& t) const {
        return repeated_element(t, batch, head, row, channel);
    }
    template <class T> FOVEA_HOST_DEVICE double rounded(double x) const {
        return static_cast<double>(static_cast<float>(static_cast<T>(static_cast<float>(x))));
    }
};

} // namespace v0_1
} // namespace fovea
