// expect: fovea: where stands around a whole score: where(mask, 2 * s), not 2 * where(mask, s)
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {}, z[2] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto l = fv::tensor(z, fv::bhs(1, 2, 1));
#ifdef FOVEA_CONTROL
    fv::run(fv::cpu(), l = fv::logsumexp(fv::where(fv::causal, 2.f * fv::dot(q, q))));
#else
    fv::run(fv::cpu(), l = fv::logsumexp(2.f * fv::where(fv::causal, fv::dot(q, q))));
#endif
}
