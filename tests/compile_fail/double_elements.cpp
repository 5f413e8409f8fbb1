// expect: fovea: the elements of q and k are float, bf16 or fp16
#include <fovea/fovea.hpp>

namespace fv = fovea;

#ifdef FOVEA_CONTROL
using element = float;
#else
using element = double;
#endif

int main() {
    element x[4] = {};
    float z[2] = {};
    auto q = fv::strided_view<element, fv::index>(x, fv::bshd(1, 1, 2, 2));
    auto l = fv::tensor(z, fv::bhs(1, 2, 1));
    fv::run(fv::cpu(), l = fv::logsumexp(fv::dot(q, q)));
}
