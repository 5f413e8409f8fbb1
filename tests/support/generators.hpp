// Shapes and layouts chosen to hurt, and the operands laid out in them.
//
//     const tests::shape s = tests::random_shape(draw);
//     tests::operand<fovea::bf16> q(draw, {s.batches, s.heads, s.queries, s.channels}, tests::filling::normals);
//     auto view = fovea::tensor(q.data(), fovea::strided(q.extent(), q.channels(), q.stride()));
#pragma once
#include <algorithm>
#include <fovea/tensor/strided.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/draws.hpp"
#include "support/memory.hpp"
#include "support/oracle.hpp"

namespace tests {

struct shape {
    std::int64_t batches = 1, heads = 1, kv_heads = 1, queries = 1, keys = 1, channels = 64, value_channels = 64;
    std::int64_t first_query = 0, first_key = 0;
    bool placed = false;

    attention problem() const {
        attention a;
        a.batches = batches, a.heads = heads, a.kv_heads = kv_heads, a.queries = queries, a.keys = keys;
        a.channels = channels, a.value_channels = value_channels, a.first_query = first_query, a.first_key = first_key;
        return a;
    }
    std::string text() const {
        const auto n = [](std::int64_t x) { return std::to_string(x); };
        return "batches " + n(batches) + ", heads " + n(heads) + "/" + n(kv_heads) + ", queries " + n(queries) +
               " from " + n(first_query) + ", keys " + n(keys) + " from " + n(first_key) + ", channels " + n(channels) +
               "/" + n(value_channels);
    }
};

// What a shape may be for a test: fixed numbers where 0 is not given.
struct shape_limits {
    std::int64_t channels = 0, value_channels = 0; // fixed, or 0: drawn
    std::int64_t most_work = 6'000'000;            // multiplications of the first product
    bool empty = true;                             // no key at all is allowed
    bool far = true;                               // positions beyond 2^31 are allowed
    std::int64_t most_queries = 400;               // the decode path alone: 16 or less
};

// Tiles are 96 x 256, panels of 16 or 64, decode blocks of 64 and pieces of 512: the sizes around them, primes, and 1.
inline shape random_shape(draws& draw, shape_limits const& limits = {}) {
    shape s;
    s.channels =
        limits.channels ? limits.channels : draw.of<std::int64_t>({1, 7, 8, 16, 33, 40, 63, 64, 65, 80, 128, 192});
    s.value_channels = limits.value_channels ? limits.value_channels
                       : draw.one_in(2)      ? s.channels
                                             : draw.of<std::int64_t>({1, 5, 16, 31, 64, 72, 96, 128});
    const auto group = draw.of<std::int64_t>({1, 1, 1, 2, 3, 4, 8});
    s.kv_heads = draw.of<std::int64_t>({1, 1, 2, 3});
    s.heads = group * s.kv_heads;
    s.batches = draw.of<std::int64_t>({1, 1, 1, 2, 3});
    s.queries = draw.one_in(3) ? draw.between(1, 20)
                               : draw.of<std::int64_t>({1, 5, 6, 7, 16, 17, 47, 95, 96, 97, 101, 192, 193, 211});
    s.queries = std::min(s.queries, limits.most_queries);
    s.keys = draw.one_in(3) ? draw.between(1, 70)
                            : draw.of<std::int64_t>({1,   7,   8,   15,  16,  63,  64,  65,  127, 128, 129,
                                                     255, 256, 257, 263, 320, 511, 512, 513, 521, 769, 1031});
    if (limits.empty && draw.one_in(40)) s.keys = 0;
    while (s.batches * s.heads * s.queries * s.keys * s.channels > limits.most_work) {
        if (s.batches > 1) --s.batches;
        else if (s.heads > s.kv_heads && s.heads > 4) s.heads -= s.kv_heads;
        else if (s.kv_heads > 1) {
            s.heads /= s.kv_heads;
            s.kv_heads = 1;
        } else if (s.queries > 101) s.queries = 101;
        else s.keys = s.keys * 2 / 3;
    }
    switch (draw.between(0, 4)) {
    case 0: s.first_query = s.first_key = 0; break;
    case 1: s.first_query = s.keys - s.queries; break; // the ends aligned; negative with more queries than keys
    case 2: s.first_query = draw.between(0, 300), s.first_key = draw.between(0, 300); break;
    case 3: s.first_key = draw.between(0, 40), s.first_query = s.first_key + draw.between(-9, 40); break;
    default:
        if (limits.far) {
            s.first_key = (std::int64_t{1} << 33) + draw.between(0, 1000);
            s.first_query = s.first_key + draw.between(-20, s.keys);
        } else s.first_query = draw.between(0, s.keys);
    }
    s.placed = s.first_query != 0 || s.first_key != 0 || s.queries != s.keys;
    return s;
}

// Strides of four axes in a drawn order, with gaps; channels mostly innermost.
struct random_layout {
    fovea::strides stride;
    std::int64_t offset = 0, size = 0; // elements before the first one, and of all memory

    random_layout(draws& draw, fovea::extents e, std::int64_t channels) {
        std::int64_t extent[4] = {e.batches, e.heads, e.positions, channels}, step[4] = {};
        int order[4] = {3, 2, 1, 0}; // innermost first
        const bool channels_first = !draw.one_in(6);
        for (int i = 3; i > (channels_first ? 1 : 0); --i)
            std::swap(order[i], order[draw.between(channels_first ? 1 : 0, i)]);
        std::int64_t next = draw.one_in(12) ? 2 : 1;
        for (int axis : order) {
            step[axis] = next;
            next = std::max<std::int64_t>(1, extent[axis]) * next + (draw.one_in(3) ? draw.between(0, 9) : 0);
        }
        stride = {step[0], step[1], step[2], step[3]};
        offset = draw.of<std::int64_t>({0, 0, 1, 3, 16});
        std::int64_t last = 0;
        for (int axis = 0; axis < 4; ++axis) last += (extent[axis] - 1) * step[axis];
        const bool any = extent[0] > 0 && extent[1] > 0 && extent[2] > 0 && extent[3] > 0;
        size = offset + (any ? last + 1 : 1);
    }
};

// Memory of one operand: poisoned, guarded, and filled where elements are.
template <class T> class operand {
public:
    operand(draws& draw, fovea::extents e, std::int64_t channels)
        : extent_(e),
          channels_(channels),
          layout_(draw, e, channels),
          memory_(layout_.size, draw.one_in(2) ? edge::after : edge::before) {}

    void fill(draws& draw, float scale) const {
        each([&](T& x) { x = static_cast<T>(scale * draw.normal()); });
    }
    template <class F> void each(F f) const {
        for (std::int64_t b = 0; b < extent_.batches; ++b)
            for (std::int64_t h = 0; h < extent_.heads; ++h)
                for (std::int64_t i = 0; i < extent_.positions; ++i)
                    for (std::int64_t c = 0; c < channels_; ++c) f(at(b, h, i, c));
    }
    T& at(std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t c) const {
        fovea::strides const& s = layout_.stride;
        return data()[b * s.batch + h * s.head + i * s.position + c * s.channel];
    }
    std::vector<double> numbers() const {
        std::vector<double> all;
        each([&](T const& x) { all.push_back(static_cast<double>(static_cast<float>(x))); });
        return all;
    }
    // Elements are written, everything else is as it was.
    std::string written_exactly() const {
        std::int64_t elements = 0, missed = 0;
        each([&](T const& x) {
            ++elements;
            missed += is_poison(x);
        });
        if (missed > 0) return std::to_string(missed) + " elements of an output were not written";
        if (memory_.untouched() != memory_.size() - elements) return "an output wrote between its elements";
        return {};
    }
    bool untouched() const { return memory_.untouched() == memory_.size(); }

    T* data() const { return memory_.data() + layout_.offset; }
    // Channels is a constant or a number, and equals the channels given.
    template <class Channels> auto view(Channels c) const {
        return fovea::tensor(data(), fovea::strided(extent_, c, layout_.stride));
    }

private:
    fovea::extents extent_;
    std::int64_t channels_;
    random_layout layout_;
    guarded<T> memory_;
};

} // namespace tests
