// Memory that will be read soon, asked for while something else is computed.
//
//     read_ahead ahead(first, stride, bytes, rows, work);     ahead.step(vectors) wherever so many were multiplied
//
// A core has few requests under way at once, and what is asked for beyond them waits or is dropped: so the lines are
// spread evenly over the work, and into the cache that can await enough of them for the memory's rate.
#pragma once
#include "fovea/base/integers.hpp"
#include "fovea/machine/simd/isa.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

class read_ahead {
public:
    read_ahead() = default; // nothing
    // `bytes` of each of `rows` rows, `stride` bytes apart, while `work` vectors are multiplied.
    read_ahead(char const* first, index stride, index bytes, index rows, index work)
        : row_(first),
          stride_(stride),
          bytes_(bytes),
          left_(rows * ceil_div(bytes, line)),
          rate_(ceil_div(whole * left_, greatest(work, index{1}))) {}

    // So many vectors were multiplied. Between most products nothing is due: that is one comparison.
    FOVEA_HOST_DEVICE void step(index vectors) {
        for (due_ += vectors * rate_; due_ >= whole; due_ -= whole) {
            __builtin_prefetch(row_ + at_, 0, locality);
            at_ += line;
            if (at_ >= bytes_) {
                at_ = 0;
                row_ += stride_;
            }
            if (--left_ == 0) due_ = never;
        }
    }

private:
    static constexpr index line = 64, whole = index{1} << 20, never = -(index{1} << 62);
    static constexpr int locality = native_isa.awaiting_cache == 1 ? 3 : 2; // __builtin_prefetch's
    char const* row_ = nullptr;
    index stride_ = 0, bytes_ = 0, at_ = 0, left_ = 0;
    index rate_ = 0, due_ = 0; // parts of a line, `whole` of them: a vector's, those not asked for yet
};

} // namespace v0_1
} // namespace fovea
