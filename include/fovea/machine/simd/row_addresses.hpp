// Rows that lie at one stride, addressed from every fourth of them.
//
//     row_addresses<bf16, 8> key(first, stride);     key[5]     key.advance(4)
//
// A compiler keeps an offset for each row, more than there are registers, and fetches them from memory or from vectors
// for every load. An address takes once, twice or four times an offset for nothing: two addresses, the stride and three
// times the stride say where eight rows are.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/base/integers.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <class T, int Rows> class row_addresses {
public:
    row_addresses(T const* first, index stride) : one_(stride), three_(3 * stride) {
        FOVEA_UNROLL
        for (int i = 0; i < fourths; ++i) fourth_[i] = first + 4 * i * stride;
        hold();
    }
    FOVEA_HOST_DEVICE T const* operator[](int row) const {
        return fourth_[row / 4] + (row % 4 == 3 ? three_ : row % 4 * one_);
    }
    // All rows, by so many elements.
    FOVEA_HOST_DEVICE void advance(index n) {
        FOVEA_UNROLL
        for (int i = 0; i < fourths; ++i) fourth_[i] += n;
        hold();
    }

private:
    static constexpr int fourths = (Rows + 3) / 4;
    // Says that they have changed: nothing is worked out from them ahead of a loop.
    FOVEA_HOST_DEVICE void hold() {
        FOVEA_UNROLL
        for (int i = 0; i < fourths; ++i) asm("" : "+r"(fourth_[i]));
        asm("" : "+r"(one_), "+r"(three_));
    }
    array_of<T const*, fourths> fourth_;
    index one_, three_;
};

} // namespace v0_1
} // namespace fovea
