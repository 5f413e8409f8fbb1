// expect: fovea: run takes assignments of outputs to views, such as o = sum(p * v)
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {}, y[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto o = fv::tensor(y, fv::bshd(1, 1, 2, 2));
    auto p = fv::softmax(fv::dot(q, q));
#ifdef FOVEA_CONTROL
    fv::run(fv::cpu(), o = fv::sum(p * q));
#else
    fv::run(fv::cpu(), fv::sum(p * q));
    static_cast<void>(o);
#endif
}
