// expect: fovea: a run is either copies of operands or one attention; give the copies a run of their own
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
    fv::run(fv::cpu(), o = fv::sum(p * q), o = fv::scale(q, 2.f));
#endif
}
