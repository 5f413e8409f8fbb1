// expect: fovea: beside outputs stand numbers and tensors of their axes, for each head one of bhsd(1, heads, 1, 1)
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x[4] = {}, y[2] = {1, 2}, z[4] = {};
    auto q = fv::tensor(x, fv::bhsd(1, 2, 1, 2)), o = fv::tensor(z, fv::bhsd(1, 2, 1, 2));
    auto out = fv::sum(fv::softmax(fv::dot(q, q)) * q);
#ifdef FOVEA_CONTROL
    auto gate = fv::tensor(y, fv::bhsd(1, 2, 1, 1));
    fv::run(fv::cpu(), o = out * gate);
#else
    fv::run(fv::cpu(), o = out * fv::lookup(fv::table(y, 2), head));
#endif
}
