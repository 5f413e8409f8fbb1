// expect: fovea: the view on the left of = has const elements
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x[4] = {};
#ifdef FOVEA_CONTROL
    float* target = x;
#else
    float const* target = x;
#endif
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto o = fv::tensor(target, fv::bshd(1, 1, 2, 2));
    auto wanted = o = fv::sum(fv::softmax(fv::dot(q, q)) * q);
    (void)wanted;
}
