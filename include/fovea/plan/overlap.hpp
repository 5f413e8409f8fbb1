// Whether two views share memory: exactly, where interleaved tensors lie in one range and share nothing.
//
//     status why = refuse_overlap(output, k, "give it memory of its own");
//
// Two elements share a byte if the distance between the views is a sum of steps, forwards along the axes of one and
// back along those of the other. Such sums are looked for from the longest step down, and what is left to the shorter
// ones bounds how often each is taken: once or twice where strides nest, as those of dense, interleaved and sliced
// tensors do.
#pragma once
#include "fovea/plan/view_check.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// f(stride, extent) for each axis, of elements.
template <class F> void each_axis(view_facts const& v, F const& f) {
    f(v.stride.batch, v.extent.batches);
    f(v.stride.head, v.extent.heads);
    f(v.stride.position, v.extent.positions);
    f(v.stride.channel, v.channels);
}

// Axes of two views by their stride in bytes, longest first, and how many such steps may lie between two elements. Each
// view ends within 2^60 bytes.
class steps_between {
public:
    FOVEA_COLD steps_between(view_facts const& from, view_facts const& to) {
        add_view(from, 1);
        add_view(to, -1);
    }
    // Never true of two that share nothing. Of strides that do not nest, it may be false after `most_work` steps.
    FOVEA_COLD bool cover(index distance) {
        work_ = most_work;
        return cover(0, distance);
    }

private:
    static constexpr index most_work = 4096; // some ten microseconds
    struct step {
        index stride, least, most; // 0 is among them
    };

    static index floor_quotient(index a, index b) { return a / b - (a % b < 0 ? 1 : 0); } // b is above 0
    FOVEA_COLD void add_view(view_facts const& v, index sign) {
        each_axis(v, [&](index stride, index extent) { add(stride, extent, v.element_size, sign); });
        add(1, v.element_size, 1, sign);
    }
    FOVEA_COLD void add(index stride, index extent, index size, index sign) {
        if (extent < 2 || stride == 0) return; // an axis of one element has any stride
        const index bytes = stride * size;
        int i = count_;
        while (i > 0 && steps_[i - 1].stride <= bytes) --i;
        if (i == count_ || steps_[i].stride != bytes) {
            for (int j = count_++; j > i; --j) steps_[j] = steps_[j - 1];
            steps_[i] = {bytes, 0, 0};
        }
        (sign > 0 ? steps_[i].most : steps_[i].least) += sign * (extent - 1);
    }
    FOVEA_COLD bool cover(int i, index distance) {
        if (i == count_) return distance == 0;
        index least_left = 0, most_left = 0;
        for (int j = i + 1; j < count_; ++j) {
            least_left += steps_[j].stride * steps_[j].least;
            most_left += steps_[j].stride * steps_[j].most;
        }
        auto const& s = steps_[i];
        const index first = greatest(s.least, -floor_quotient(most_left - distance, s.stride));
        const index last = least(s.most, floor_quotient(distance - least_left, s.stride));
        for (index taken = first; taken <= last && --work_ > 0; ++taken)
            if (cover(i + 1, distance - taken * s.stride)) return true;
        return false;
    }

    step steps_[10];
    int count_ = 0;
    index work_ = 0;
};

// From a view's first byte to its end.
FOVEA_COLD inline index bytes_to_end(view_facts const& v) {
    index last = 0;
    each_axis(v, [&](index stride, index extent) {
        if (extent > 1) last = add_saturated(last, multiply_saturated(extent - 1, stride));
    });
    return multiply_saturated(add_saturated(last, 1), v.element_size);
}
inline index bytes_apart(view_facts const& from, view_facts const& to) {
    return static_cast<index>(reinterpret_cast<std::uintptr_t>(to.data) - reinterpret_cast<std::uintptr_t>(from.data));
}
// Views that were found in order by themselves.
FOVEA_COLD inline status refuse_overlap(view_facts const& written, view_facts const& other, char const* what_to_do) {
    const index bytes = bytes_apart(written, other), size = least(written.element_size, other.element_size);
    const index end = bytes_to_end(written), other_end = bytes_to_end(other);
    constexpr index farthest = index{1} << 60; // no memory is so large
    if (other.extent.positions == 0 || bytes >= end || bytes <= -other_end) return {};
    if (greatest(end, other_end) >= farthest || !steps_between(written, other).cover(bytes)) return {};
    return status({written.name, written.space(), written.ordinal(), " begins ", (bytes < 0 ? -bytes : bytes) / size,
                   " elements of ", size, " bytes ", bytes > 0 ? "before " : "after ", other.name, other.space(),
                   other.ordinal(), " and shares memory with it; ", what_to_do});
}

} // namespace v0_1
} // namespace fovea
