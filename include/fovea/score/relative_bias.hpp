// relative_bias(biases, t5{...}): a learned bias for each head and bucket of distances, as in T5.
//
//     auto s = scaled_dot(q, k, 1.f) + relative_bias(table(biases, heads, 32), t5{.buckets = 32, .bidirectional = true});
//
// Shapes: biases (heads, buckets). Half of the buckets are single distances, the rest grow logarithmically up to
// max_distance; bidirectional buckets are split between before and after. Source: T5 (2019), section 2.1.
#pragma once
#include "fovea/expr/apply.hpp"
#include "fovea/expr/operators.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea {

struct t5 {
    static constexpr char const* name = "t5";
    index buckets = 32, max_distance = 128;
    bool bidirectional = false;

    // The bucket of key position minus query position.
    index operator()(index relative) const {
        index offset = 0, n = buckets, distance = relative < 0 ? -relative : relative;
        if (bidirectional) {
            n /= 2;
            if (relative > 0) offset = n;
        } else if (relative > 0) distance = 0;
        const index exact = n / 2;
        if (distance < exact) return offset + distance;
        const float growth = __builtin_logf(static_cast<float>(distance) / static_cast<float>(exact)) /
                             __builtin_logf(static_cast<float>(max_distance) / static_cast<float>(exact));
        const index bucket = exact + static_cast<index>(growth * static_cast<float>(n - exact));
        return offset + (bucket < n - 1 ? bucket : n - 1);
    }
    // Buckets rise with the distance on either side.
    index_range operator()(index_range relative) const {
        const index_range ends{(*this)(relative.lo), (*this)(relative.hi)};
        index_range all{least(ends.lo, ends.hi), greatest(ends.lo, ends.hi)};
        if (relative.lo < 0 && relative.hi > 0) {
            all.lo = least(all.lo, (*this)(index{0}));
            if (bidirectional) all = {0, greatest(all.hi, (*this)(relative.lo))};
        }
        return all;
    }
};

template <class T> constexpr auto relative_bias(table_view<T> biases, t5 buckets) {
    using namespace terms;
    return lookup(biases, head, apply(buckets, k_pos - q_pos));
}

} // namespace fovea
