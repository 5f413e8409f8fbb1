// relative_bias(biases, t5{...}): a learned bias for each head and bucket of distances, as in T5.
//
//     auto shape = t5{.buckets = 32, .bidirectional = true};
//     auto s = scaled_dot(q, k, 1.f) + relative_bias(table(biases, heads, 32), shape);
//
// Shapes: biases (heads, buckets). Half of the buckets are single distances, the rest grow logarithmically up to
// max_distance; bidirectional buckets are split between before and after. Refused: fewer than 2 buckets on a side or
// more than 512, a max_distance among the single distances, fewer biases than buckets. Source: T5 (2019), section 2.1.
#pragma once
#include "fovea/base/math.hpp"
#include "fovea/base/refusal.hpp"
#include "fovea/expr/apply.hpp"
#include "fovea/expr/operators.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea::inline v0_1 {

struct t5 {
    index buckets = 32, max_distance = 128;
    bool bidirectional = false;
};

// The bucket of key position minus query position. The logarithm of a distance says which bucket it is in, or the next;
// the least distance of every logarithmic bucket, found once when the expression is made, says which of the two. So no
// rounding moves a distance, and nothing is searched where a kernel asks.
class t5_buckets {
public:
    static constexpr char const* name = "t5";
    explicit t5_buckets(t5 shape) : t5_buckets(shape, shape.buckets) {}
    t5_buckets(t5 shape, index entries) // of a head in the table of biases
        : buckets_(shape.buckets),
          furthest_(shape.max_distance),
          entries_(entries),
          side_(shape.bidirectional ? shape.buckets / 2 : shape.buckets),
          bidirectional_(shape.bidirectional ? 1 : 0),
          exact_(static_cast<std::int32_t>(least(side_ / 2, index{farthest}))),
          logarithmic_(static_cast<std::int32_t>(least(side_ - exact_ - 1, most))) {
        const float span = __builtin_logf(static_cast<float>(shape.max_distance) / static_cast<float>(exact_));
        const float scale = static_cast<float>(side_ - exact_);
        for (index i = 0, least_distance = exact_; i < logarithmic_; ++i) {
            for (index end = shape.max_distance; least_distance < end;) {
                const index middle = least_distance + (end - least_distance) / 2;
                const float share = __builtin_logf(static_cast<float>(middle) / static_cast<float>(exact_)) / span;
                if (static_cast<index>(share * scale) > i) end = middle;
                else least_distance = middle + 1;
            }
            first_[i] = static_cast<std::int32_t>(least(least_distance, index{farthest} + 1));
        }
        far_ = logarithmic_ > 0 ? first_[logarithmic_ - 1] : exact_;
        const bool grows = logarithmic_ > 0 && span > 0;
        slope_ = grows ? scale / span * ln_2 : 0.f;
        start_ = grows ? -0.25f - log2_nearly(static_cast<float>(exact_)) * slope_ : static_cast<float>(most);
    }

    status refused() const {
        const index sides = bidirectional_ != 0 ? 2 : 1;
        if (side_ < 2 || side_ > 2 * most)
            return status(
                {"t5 has ", buckets_, " buckets but takes ", 2 * sides, " to ", 2 * most * sides, "; set .buckets"});
        if (furthest_ <= exact_)
            return status({"t5 has a max_distance of ", furthest_, " but ", index{exact_},
                           " buckets of single distances; set .max_distance beyond them"});
        if (entries_ < buckets_)
            return status({"the relative biases have ", entries_, " entries a head but t5 ", buckets_,
                           " buckets; give each bucket a bias"});
        return {};
    }

    FOVEA_HOST_DEVICE index operator()(index relative) const {
        // Without a sign, for the least number, which has no opposite with one.
        const std::uint64_t opposite = 0 - unwrapped(relative), ahead = bidirectional_ != 0 ? unwrapped(relative) : 0;
        const auto distance =
            static_cast<std::int32_t>(least(relative < 0 ? opposite : ahead, std::uint64_t{farthest}));
        const index offset = relative > 0 && bidirectional_ != 0 ? side_ : index{0};
        if (distance >= far_) return offset + exact_ + logarithmic_; // most tiles of a long sequence
        const float place = log2_nearly(static_cast<float>(greatest(distance, 1))) * slope_ + start_;
        const std::int32_t at = greatest(least(static_cast<std::int32_t>(place), logarithmic_ - 1), 0);
        const std::int32_t logarithmic = exact_ + at + (first_[at] <= distance ? 1 : 0);
        return offset + (distance < exact_ ? distance : logarithmic);
    }
    // Buckets rise with the distance on either side.
    FOVEA_HOST_DEVICE index_range operator()(index_range relative) const {
        const index ends[2] = {(*this)(relative.lo), (*this)(relative.hi)};
        if (relative.lo < 0 && relative.hi > 0) return {0, greatest(ends[0], ends[1])};
        return {least(ends[0], ends[1]), greatest(ends[0], ends[1])};
    }

    bool operator==(t5_buckets const&) const = default;

private:
    // log2(x) for a normal x > 0, to within 2e-5.
    FOVEA_HOST_DEVICE static float log2_nearly(float x) {
        const auto bits = __builtin_bit_cast(std::uint32_t, x);
        const float m = __builtin_bit_cast(float, (bits & 0x7fffffu) | 0x3f800000u); // in [1, 2)
        const float exponent = static_cast<float>(static_cast<std::int32_t>(bits >> 23));
        const float p = fma(fma(fma(0.043004964f, m, -0.40251339f), m, 1.5894743f), m, -3.4898786f);
        return exponent + fma(fma(p, m, 5.0478554f), m, -129.787926f);
    }

    static constexpr index most = 256; // logarithmic buckets on one side
    static constexpr std::int32_t farthest = 0x7ffffffe; // distances beyond are in its bucket
    index buckets_, furthest_, entries_, side_; // no padding anywhere, so that equal buckets have equal bytes
    std::int32_t bidirectional_, exact_, logarithmic_, far_ = 0;
    float slope_, start_; // of the logarithm to base 2
    std::int32_t first_[most] = {}; // least distance of logarithmic bucket i + 1
};

template <class X> auto relative_bias(X const& biases, t5 shape) {
    using namespace terms;
    const auto t = table_of_rows(biases);
    return lookup(t, head, apply(t5_buckets(shape, t.columns), k_pos - q_pos));
}

} // namespace fovea::inline v0_1
