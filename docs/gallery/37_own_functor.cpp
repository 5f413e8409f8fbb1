// A function object of your own, in place of anything above.
//
// $$\frac{s_{ij}}{1 + |s_{ij}|} - a \log(1 + i - j)$$
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

namespace {

// shown
struct squashed {
    float slope;
    template <class Score, class Distance> auto operator()(Score s, Distance distance) const {
        using fv::abs, fv::log; // numbers, SIMD vectors and intervals alike
        return s / (1.f + abs(s)) - slope * log(1.f + fv::as_real(abs(distance)));
    }
};
// end

} // namespace

void own_functor(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto s = fv::apply(squashed{0.5f}, fv::scaled_dot(q, k), q_pos - k_pos);
    auto p = fv::softmax(fv::where(fv::causal, s));
    // end
    page.shows(p);
}
