// relative_bias(biases, t5{...}): a learned bias for each head and bucket of distances, as in T5.
//
//     auto shape = t5{.buckets = 32, .bidirectional = true};
//     auto s = scaled_dot(q, k, 1.f) + relative_bias(table(biases, heads, 32), shape);
//
// Shapes: biases (heads, buckets). Half of the buckets are single distances, the rest grow logarithmically up to
// max_distance; bidirectional buckets are split between before and after. Source: T5 (2019), section 2.1.
#pragma once
#include "fovea/expr/apply.hpp"
#include "fovea/expr/operators.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea::inline v0_1 {

struct t5 {
    index buckets = 32, max_distance = 128;
    bool bidirectional = false;
};

// The bucket of key position minus query position: the least distance of every logarithmic bucket is found once, when
// the expression is made.
class t5_buckets {
public:
    static constexpr char const* name = "t5";
    explicit t5_buckets(t5 shape)
        : bidirectional_(shape.bidirectional ? 1 : 0),
          side_(shape.bidirectional ? shape.buckets / 2 : shape.buckets),
          exact_(side_ / 2),
          logarithmic_(least(side_ - exact_ - 1, most)) {
        const float span = __builtin_logf(static_cast<float>(shape.max_distance) / static_cast<float>(exact_));
        const float scale = static_cast<float>(side_ - exact_);
        for (index i = 0, distance = exact_; i < logarithmic_; ++i) {
            while (distance < shape.max_distance &&
                   static_cast<index>(__builtin_logf(static_cast<float>(distance) / static_cast<float>(exact_)) / span *
                                      scale) <= i)
                ++distance;
            first_[i] = static_cast<std::int32_t>(least(distance, index{0x7fffffff}));
        }
    }

    FOVEA_HOST_DEVICE index operator()(index relative) const {
        index offset = 0, distance = relative < 0 ? -relative : relative;
        if (relative > 0) {
            if (bidirectional_ != 0) offset = side_;
            else distance = 0;
        }
        if (distance < exact_) return offset + distance;
        if (logarithmic_ == 0 || distance >= first_[logarithmic_ - 1]) return offset + exact_ + logarithmic_;
        index lo = 0, hi = logarithmic_ - 1; // the first bucket that starts after the distance
        while (lo < hi) {
            const index middle = (lo + hi) / 2;
            if (first_[middle] > distance) hi = middle;
            else lo = middle + 1;
        }
        return offset + exact_ + lo;
    }
    // Buckets rise with the distance on either side.
    FOVEA_HOST_DEVICE index_range operator()(index_range relative) const {
        const index ends[2] = {(*this)(relative.lo), (*this)(relative.hi)};
        if (relative.lo < 0 && relative.hi > 0) return {0, greatest(ends[0], ends[1])};
        return {least(ends[0], ends[1]), greatest(ends[0], ends[1])};
    }

    bool operator==(t5_buckets const&) const = default;

private:
    static constexpr index most = 256; // logarithmic buckets on one side
    index bidirectional_; // 0 or 1: no padding, so that equal buckets have equal bytes
    index side_, exact_, logarithmic_;
    std::int32_t first_[most] = {}; // least distance of logarithmic bucket i + 1
};

template <class T> auto relative_bias(table_view<T> biases, t5 shape) {
    using namespace terms;
    return lookup(biases, head, apply(t5_buckets(shape), k_pos - q_pos));
}

} // namespace fovea::inline v0_1
