// expect: fovea: a score needs dot(q, k) or scaled_dot(q, k) somewhere
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x[4] = {}, y[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto o = fv::tensor(y, fv::bshd(1, 1, 2, 2));
    float z[2] = {};
    auto l = fv::tensor(z, fv::bhs(1, 2, 1));
    auto s = fv::dot(q, q);
#ifdef FOVEA_CONTROL
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(s - fv::abs(q_pos - k_pos)) * q));
#else
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(-fv::exp(q_pos - k_pos)) * q));
#endif
}
