// expect: fovea: describe takes an engine and what run takes: assignments such as o = sum(p * v)
#include <fovea/describe.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {}, y[2] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto l = fv::tensor(y, fv::bhs(1, 2, 1));
#ifdef FOVEA_CONTROL
    return fv::describe(fv::reference(), l = fv::logsumexp(fv::dot(q, q))).refusal.empty();
#else
    return fv::describe(fv::reference(), fv::logsumexp(fv::dot(q, q))).refusal.empty() && l.data;
#endif
}
