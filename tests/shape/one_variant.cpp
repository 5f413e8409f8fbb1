// One attention variant, whole, as a user's file holds it: what tools/measure_compile.py measures. Of q and k only one
// is const: their types differ.
#include <cstdint>
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::literals;

void attend(float const* q_ptr, float* k_ptr, float* v_ptr, float* o_ptr, std::int64_t length) {
    auto q = fv::tensor(q_ptr, fv::bshd(1, length, 8, 128_c));
    auto k = fv::tensor(k_ptr, fv::bshd(1, length, 8, 128_c));
    auto v = fv::tensor(v_ptr, fv::bshd(1, length, 8, 128_c));
    auto o = fv::tensor(o_ptr, fv::bshd(1, length, 8, 128_c));
    auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(s) * v));
}
