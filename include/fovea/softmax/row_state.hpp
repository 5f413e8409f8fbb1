// The running state of one row of an online softmax, in base 2 and relative to a whole-numbered reference.
//
//     row_state<lanes, row_keeps{}> state;   state.clear(zero, lowest);   raise(state, largest);   state.sum ...
//
// sum, entropy, top and moments are kept apart for each lane (or thread) of the row and folded once, at the end. What a
// row does not keep takes no room in a row_state; in a lean_row_state it stays as it was cleared, and in no register.
// The reference is a whole number, so that every rescale is an exact power of two, in every format.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/base/math.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// What a masked score becomes: finite, so that 0 x -inf cannot arise; its exp2 is exactly 0.
inline constexpr float masked_score = lowest_float;
// A row's reference is raised when a score exceeds it by more than this, in base 2: weights stay below 2^8.
inline constexpr float raise_threshold = 8.f;

// Where registers are scarce: no threshold is kept, a reference that is no whole number says that there was no key yet.
inline constexpr float unset_reference = 0x1p-64f;

// The sums of a row's weights. An output is divided by that of the weights as the second product takes them: where it
// rounds them, rounding cancels in the average. Statistics are made of the weights themselves. Where both are needed
// and differ, `divisor` is the former and `sum` the latter; else `sum` is the one that is needed.
enum class weight_sums : int { one, both };

// What a row keeps besides a sum of its weights. top: its largest score. whole: the sum of weights as they are taken is
// the row's already, in every lane, because the second product makes it.
struct row_keeps {
    weight_sums sums = weight_sums::one;
    int moments = 0;
    bool entropy = false, top = false, whole = false;
};

// In the place of member N, which is not kept: two of one type would need an address each.
template <int N> struct not_kept {};

template <class Value, row_keeps Kept> struct row_state {
    static constexpr row_keeps keeps = Kept;
    float reference; // whole number; weights are exp2(score - reference)
    float limit; // masked_score until the first key is seen
    float alpha; // product of the rescales since the accumulated output was last brought up to date
    Value sum;
    [[no_unique_address]] std::conditional_t<Kept.sums == weight_sums::both, Value, not_kept<0>> divisor;
    [[no_unique_address]] std::conditional_t<Kept.entropy, Value, not_kept<1>> entropy;
    [[no_unique_address]] std::conditional_t<Kept.top, Value, not_kept<2>> top;
    [[no_unique_address]] std::conditional_t<(Kept.moments > 0), array_of<Value, greatest(Kept.moments, 1)>,
                                             not_kept<3>> moments;

    FOVEA_HOST_DEVICE void clear(Value zero, Value lowest) {
        reference = 0;
        limit = masked_score;
        alpha = 1;
        sum = zero;
        if constexpr (Kept.sums == weight_sums::both) divisor = zero;
        if constexpr (Kept.entropy) entropy = zero;
        if constexpr (Kept.top) top = lowest;
        if constexpr (Kept.moments > 0)
            for (Value& m : moments) m = zero;
    }
    FOVEA_HOST_DEVICE bool fresh() const { return limit == masked_score; }
    FOVEA_HOST_DEVICE float base() const { return reference; }
    FOVEA_HOST_DEVICE float threshold() const { return limit; }
    FOVEA_HOST_DEVICE void raise_to(float whole) {
        limit = raise_threshold;
        reference = whole;
    }
};

template <row_keeps Kept> struct lean_row_state {
    static constexpr row_keeps keeps = Kept;
    float reference, alpha, sum, divisor, entropy, top;
    array_of<float, Kept.moments == 0 ? 1 : Kept.moments> moments;

    FOVEA_HOST_DEVICE void clear() {
        reference = unset_reference;
        alpha = 1;
        sum = divisor = entropy = 0;
        top = masked_score;
        for (float& m : moments) m = 0;
    }
    // The sum of the weights as the second product takes them.
    FOVEA_HOST_DEVICE float taken() const { return Kept.sums == weight_sums::both ? divisor : sum; }
    FOVEA_HOST_DEVICE float& taken() { return Kept.sums == weight_sums::both ? divisor : sum; }
    FOVEA_HOST_DEVICE bool fresh() const { return reference == unset_reference; }
    FOVEA_HOST_DEVICE float base() const { return fresh() ? 0.f : reference; } // what scores are relative to
    FOVEA_HOST_DEVICE float threshold() const { return fresh() ? masked_score : raise_threshold; }
    FOVEA_HOST_DEVICE void raise_to(float whole) { reference = whole; }
};

// Whether a row of these weights in all has hardly any: the largest is more than a half where its reference is theirs.
template <class State> FOVEA_HOST_DEVICE bool is_low(State const& state, float sum) {
    return !state.fresh() && sum < 0.5f;
}

// Moves the reference up to a whole number. What was summed is rescaled.
template <class State> FOVEA_HOST_DEVICE void raise(State& state, float whole) {
    const float step = whole - state.base();
    if constexpr (State::keeps.top) state.top = state.top - step;
    if (!state.fresh()) {
        const float a = exp2(-step);
        if constexpr (State::keeps.entropy) // a step may be as large as a float
            state.entropy = state.entropy * a - state.sum * (step * a);
        state.sum = state.sum * a;
        if constexpr (State::keeps.sums == weight_sums::both) state.divisor = state.divisor * a;
        if constexpr (State::keeps.moments > 0)
            for (auto& m : state.moments) m = m * a;
        state.alpha *= a;
    }
    state.raise_to(whole);
}

} // namespace v0_1
} // namespace fovea
