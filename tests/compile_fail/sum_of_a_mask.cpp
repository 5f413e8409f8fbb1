// expect: fovea: sum takes p times a number, and a mask is none: p * select(mask, 1.f, 0.f)
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {}, z[2] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto share = fv::tensor(z, fv::bhs(1, 2, 1));
    auto p = fv::softmax(fv::dot(q, q));
#ifdef FOVEA_CONTROL
    fv::run(fv::cpu(), share = fv::sum(p * fv::select(fv::causal, 1.f, 0.f)));
#else
    fv::run(fv::cpu(), share = fv::sum(p * fv::causal));
#endif
}
