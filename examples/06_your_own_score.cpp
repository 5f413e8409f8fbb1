// A score of your own: any function object of the score and the positions, fused like the built-in ones.
#include "sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

// Distances count by their logarithm, and scores are squashed by x / (1 + |x|). As a template it works on whole
// vectors; as_real makes positions real in every reading. FOVEA_HOST_DEVICE lets nvcc call it in a kernel.
struct logarithmic_distance {
    float slope;
    template <class Score, class Query, class Key> FOVEA_HOST_DEVICE auto operator()(Score s, Query query,
                                                                                     Key key) const {
        using fv::abs, fv::log;
        return s / (1.f + abs(s)) - slope * log(1.f + fv::as_real(abs(query - key)));
    }
};

// The same for one element at a time: simpler to write, slower to run.
struct one_at_a_time {
    float slope;
    FOVEA_HOST_DEVICE float operator()(float s, fv::index query, fv::index key) const {
        return s / (1 + std::abs(s)) - slope * std::log(1 + static_cast<float>(std::abs(query - key)));
    }
};

int main() {
    const fv::index length = 600, heads = 2;
    const auto q_data = sample::numbers(length * heads * 64, 1), k_data = sample::numbers(length * heads * 64, 2),
               v_data = sample::numbers(length * heads * 64, 3);
    const auto axes = fv::bshd(1, length, heads, 64_c);
    const auto q = fv::tensor(q_data.data(), axes), k = fv::tensor(k_data.data(), axes),
               v = fv::tensor(v_data.data(), axes);

    const auto attend = [&](auto engine, auto const& mine) {
        sample::vector<float> o_data(q_data.size());
        const auto s = fv::where(fv::causal, fv::apply(mine, fv::scaled_dot(q, k), q_pos, k_pos));
        fv::run(engine, fv::tensor(o_data.data(), axes) = fv::sum(fv::softmax(s) * v));
        return o_data;
    };
    const auto expected = attend(fv::reference(), one_at_a_time{0.5f});
    return sample::verdict("a template", attend(sample::engine(), logarithmic_distance{0.5f}), expected, 64) +
           sample::verdict("plain numbers", attend(sample::engine(), one_at_a_time{0.5f}), expected, 64);
}
