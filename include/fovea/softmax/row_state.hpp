// The running state of one row of an online softmax, in base 2 and relative to a whole-numbered reference.
//
//     row_state<real_lanes<8>, 0> state;   state.clear();   raise(state, largest);   state.sum ...
//
// sum, entropy, top and moments are kept apart for each lane (or thread) of the row and folded once, at the end.
// The reference is a whole number, so that every rescale is an exact power of two, in every format.
#pragma once
#include <limits>

#include "fovea/base/math.hpp"

namespace [[gnu::visibility("hidden")]] fovea {

// What a masked score becomes: finite, so that 0 x -inf cannot arise; its exp2 is exactly 0.
inline constexpr float masked_score = std::numeric_limits<float>::lowest();
// A row's reference is raised when a score exceeds it by more than this, in base 2: weights stay below 2^8.
inline constexpr float raise_threshold = 8.f;

template <class Value, int Moments> struct row_state {
    float reference; // whole number; weights are exp2(score - reference)
    float threshold; // masked_score until the first key is seen
    float alpha;     // product of the rescales since the accumulated output was last brought up to date
    Value sum, entropy, top;
    Value moments[Moments == 0 ? 1 : Moments];

    FOVEA_HOST_DEVICE void clear(Value zero, Value lowest) {
        reference = 0;
        threshold = masked_score;
        alpha = 1;
        sum = entropy = zero;
        top = lowest;
        for (Value& m : moments) m = zero;
    }
    FOVEA_HOST_DEVICE bool fresh() const { return threshold == masked_score; }
};

// Moves the reference up by ceil(largest), largest being relative to it; returns the step. What was summed is rescaled.
template <class Value, int Moments> FOVEA_HOST_DEVICE float raise(row_state<Value, Moments>& state, float largest) {
    const float step = __builtin_ceilf(largest);
    if (state.fresh()) state.threshold = raise_threshold;
    else {
        const float a = exp2(-step);
        state.entropy = (state.entropy - state.sum * step) * a;
        state.sum = state.sum * a;
        for (Value& m : state.moments) m = m * a;
        state.alpha *= a;
    }
    state.top = state.top - step;
    state.reference += step;
    return step;
}

} // namespace fovea
