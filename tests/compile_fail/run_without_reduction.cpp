// expect: fovea: nothing is reduced over keys: assign sum(p * v), logsumexp(s), max(s), entropy(p) or sum(p * f)
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
    fv::run(fv::cpu(), l = fv::logsumexp(s));
#else
    fv::run(fv::cpu(), l = fv::exp(head));
#endif
}
