// Causal attention over 70 positions against four lines that say the same.
#include <cmath>
#include <cstdio>
#include <fovea/fovea.hpp>
#include <vector>

namespace fv = fovea;
using namespace fovea::literals;

int main() {
    constexpr int length = 70, channels = 16;
    std::vector<float> x(length * channels), o(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(0.37f * static_cast<float>(i));
    const auto axes = fv::bshd(1, length, 1, 16_c);
    const auto q = fv::tensor(x.data(), axes);
    const auto s = fv::where(fv::causal, fv::scaled_dot(q, q));
    fv::run(fv::cpu(), fv::tensor(o.data(), axes) = fv::sum(fv::softmax(s) * q));

    double worst = 0;
    for (int i = 0; i < length; ++i) {
        std::vector<double> row(channels);
        double total = 0;
        for (int j = 0; j <= i; ++j) {
            double score = 0;
            for (int c = 0; c < channels; ++c) score += double(x[i * channels + c]) * x[j * channels + c];
            const double weight = std::exp(score / std::sqrt(double(channels)));
            total += weight;
            for (int c = 0; c < channels; ++c) row[c] += weight * x[j * channels + c];
        }
        for (int c = 0; c < channels; ++c) worst = std::fmax(worst, std::fabs(o[i * channels + c] - row[c] / total));
    }
    std::printf("fovea %s: largest error %.1e\n", FOVEA_VERSION, worst);
    return worst < 1e-5 ? 0 : 1;
}
