// expect: fovea: a tensor in a score is read as bias(tensor)
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x[4] = {}, y[2] = {}, z[2] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto cost = fv::tensor(y, fv::bhqk(1, 2, 1, 1));
    auto mean = fv::tensor(z, fv::bhs(1, 2, 1));
    auto p = fv::softmax(fv::dot(q, q));
#ifdef FOVEA_CONTROL
    fv::run(fv::cpu(), mean = fv::sum(p * (fv::bias(cost) + k_pos)));
#else
    fv::run(fv::cpu(), mean = fv::sum(p * (cost + k_pos)));
#endif
}
