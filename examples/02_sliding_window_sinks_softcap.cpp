// A sliding window that never forgets the first tokens, and scores kept within bounds: masks and scores are composed.
#include <fovea/describe.hpp>

#include "sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;

int main() {
    const fv::index length = 3000, heads = 2;
    const auto q_data = sample::numbers(length * heads * 64, 1), k_data = sample::numbers(length * heads * 64, 2),
               v_data = sample::numbers(length * heads * 64, 3);
    const auto axes = fv::bshd(1, length, heads, 64_c);
    const auto q = fv::tensor(q_data.data(), axes), k = fv::tensor(k_data.data(), axes),
               v = fv::tensor(v_data.data(), axes);

    // The last 1024 keys, and the first 4 whatever the distance; softcap(c, s) is c * tanh(s / c).
    const auto mask = fv::causal && (fv::sliding_window(1024) || fv::sink_tokens(4));
    const auto s = fv::where(mask, fv::softcap(20.f, fv::scaled_dot(q, k)));

    const auto attend = [&](auto engine) {
        sample::vector<float> o_data(q_data.size());
        fv::run(engine, fv::tensor(o_data.data(), axes) = fv::sum(fv::softmax(s) * v));
        return o_data;
    };
    const auto got = attend(sample::engine());

    // Nobody wrote tile ranges: the comparisons in the mask tell which tiles are dead.
    sample::vector<float> unused(q_data.size());
    const fv::description d =
        fv::describe(sample::engine(), fv::tensor(unused.data(), axes) = fv::sum(fv::softmax(s) * v));
    const fv::index live = d.counted.full + d.counted.partial;
    std::printf("%lld of %lld tiles are live, %lld of them cut by the mask\n", static_cast<long long>(live),
                static_cast<long long>(live + d.counted.dead), static_cast<long long>(d.counted.partial));
    return sample::verdict("window, sinks and softcap", got, attend(fv::reference()), 64);
}
