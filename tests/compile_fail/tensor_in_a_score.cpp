// expect: fovea: a tensor in a score is read as bias(tensor)
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {}, y[2] = {}, z[2] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto b = fv::tensor(y, fv::bhqk(1, 2, 1, 1));
    auto l = fv::tensor(z, fv::bhs(1, 2, 1));
#ifdef FOVEA_CONTROL
    fv::run(fv::cpu(), l = fv::logsumexp(fv::dot(q, q) + fv::bias(b)));
#else
    fv::run(fv::cpu(), l = fv::logsumexp(fv::dot(q, q) + b));
#endif
}
