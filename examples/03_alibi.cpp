// ALiBi: a penalty that grows with the distance, steeper for some heads. A bias is arithmetic on positions.
#include "sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms; // batch, head, q_pos, k_pos

int main() {
    const fv::index length = 700, heads = 4;
    const auto q_data = sample::numbers(length * heads * 64, 1), k_data = sample::numbers(length * heads * 64, 2),
               v_data = sample::numbers(length * heads * 64, 3);
    const auto axes = fv::bshd(1, length, heads, 64_c);
    const auto q = fv::tensor(q_data.data(), axes), k = fv::tensor(k_data.data(), axes),
               v = fv::tensor(v_data.data(), axes);

    sample::vector<float> slopes; // 2^-2, 2^-4, 2^-6, 2^-8
    for (int h = 1; h <= heads; ++h)
        slopes.push_back(std::exp2(-8.f * static_cast<float>(h) / static_cast<float>(heads)));

    const auto named = fv::where(fv::causal, fv::scaled_dot(q, k) + fv::alibi(fv::table(slopes)));
    // The same, spelt out: what the named one is made of.
    const auto spelt =
        fv::where(k_pos <= q_pos, fv::scaled_dot(q, k) + fv::lookup(fv::table(slopes), head) * (k_pos - q_pos));

    const auto attend = [&](auto engine, auto const& s) {
        sample::vector<float> o_data(q_data.size());
        fv::run(engine, fv::tensor(o_data.data(), axes) = fv::sum(fv::softmax(s) * v));
        return o_data;
    };
    const auto got = attend(sample::engine(), named);
    const bool same = got == attend(sample::engine(), spelt);
    std::printf("named and spelt out: %s\n", same ? "the same bits" : "DIFFERENT");
    return sample::verdict("ALiBi", got, attend(fv::reference(), named), 64) + (same ? 0 : 1);
}
