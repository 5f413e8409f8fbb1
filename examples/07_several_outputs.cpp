// Several outputs from one pass: the values, and what the weights look like. The scores are computed once.
#include "sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

int main() {
    const fv::index length = 400, heads = 2;
    const auto q_data = sample::numbers(length * heads * 64, 1), k_data = sample::numbers(length * heads * 64, 2),
               v_data = sample::numbers(length * heads * 64, 3), gate_data = sample::numbers(length * heads * 64, 4);
    const auto axes = fv::bshd(1, length, heads, 64_c);
    const auto q = fv::tensor(q_data.data(), axes), k = fv::tensor(k_data.data(), axes),
               v = fv::tensor(v_data.data(), axes), gate = fv::tensor(gate_data.data(), axes);

    const auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
    const auto p = fv::softmax(s);

    struct outputs {
        sample::vector<float> gated, logsumexp, largest, entropy, distance;
    };
    const auto attend = [&](auto engine) {
        const auto rows = static_cast<std::size_t>(length * heads);
        outputs x{sample::vector<float>(rows * 64), sample::vector<float>(rows), sample::vector<float>(rows),
                  sample::vector<float>(rows), sample::vector<float>(rows)};
        const auto a_row = [&](sample::vector<float>& data) {
            return fv::tensor(data.data(), fv::bhs(1, heads, length));
        };
        fv::run(engine,
                fv::tensor(x.gated.data(), axes) = fv::sum(p * v) * gate + q, // gate and residual on the way out
                a_row(x.logsumexp) = fv::logsumexp(s),                        // natural logarithm
                a_row(x.largest) = fv::max(s),                                //
                a_row(x.entropy) = fv::entropy(p),                            // in nats
                a_row(x.distance) = fv::sum(p * (q_pos - k_pos)));            // how far back a query looks
        return x;
    };
    const outputs got = attend(sample::engine()), expected = attend(fv::reference());

    double far = 0;
    for (float x : got.distance) far += static_cast<double>(x) / static_cast<double>(length * heads);
    std::printf("queries look %.1f positions back on average\n", far);
    return sample::verdict("gated output", got.gated, expected.gated, 64) +
           sample::verdict("logsumexp", got.logsumexp, expected.logsumexp, 64) +
           sample::verdict("max", got.largest, expected.largest, 64) +
           sample::verdict("entropy", got.entropy, expected.entropy, 64) +
           sample::verdict("distance", got.distance, expected.distance, 64, static_cast<double>(length));
}
