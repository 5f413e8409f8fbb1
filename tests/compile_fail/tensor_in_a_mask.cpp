// expect: fovea: a tensor in a score is read as bias(tensor)
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x[4] = {}, y[2] = {}, z[2] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto limit = fv::tensor(y, fv::bhqk(1, 2, 1, 1));
    auto l = fv::tensor(z, fv::bhs(1, 2, 1));
#ifdef FOVEA_CONTROL
    fv::run(fv::cpu(), l = fv::logsumexp(fv::where(fv::bias(limit) < 1.f, fv::dot(q, q))));
#else
    fv::run(fv::cpu(), l = fv::logsumexp(fv::where(limit < 1.f, fv::dot(q, q))));
#endif
}
