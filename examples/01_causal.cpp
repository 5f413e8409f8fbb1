// Causal attention with grouped heads: the smallest complete use. One source for CPUs and GPUs: sample::engine() is
// fovea::cpu(), and where nvcc compiles this file, fovea::cuda().
#include "sample.hpp"

namespace fv = fovea;
using namespace fovea::literals; // 64_c: a number of channels known to the compiler

int main() {
    const fv::index batches = 2, length = 500, heads = 8, kv_heads = 2;
    const auto q_data = sample::numbers(batches * length * heads * 64, 1);
    const auto k_data = sample::numbers(batches * length * kv_heads * 64, 2);
    const auto v_data = sample::numbers(batches * length * kv_heads * 64, 3);

    // Views: a pointer, and axes in the order they lie in memory. Four query heads share one head of keys and values.
    const auto q = fv::tensor(q_data.data(), fv::bshd(batches, length, heads, 64_c));
    const auto k = fv::tensor(k_data.data(), fv::bshd(batches, length, kv_heads, 64_c));
    const auto v = fv::tensor(v_data.data(), fv::bshd(batches, length, kv_heads, 64_c));

    // The variant: one expression.
    const auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
    const auto p = fv::softmax(s);

    const auto attend = [&](auto engine) {
        sample::vector<float> o_data(q_data.size());
        const auto o = fv::tensor(o_data.data(), fv::bshd(batches, length, heads, 64_c));
        fv::run(engine, o = fv::sum(p * v));
        return o_data;
    };
    return sample::verdict("causal, 8 heads on 2", attend(sample::engine()), attend(fv::reference()), 64);
}
