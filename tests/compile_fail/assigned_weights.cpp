// expect: fovea: a view is assigned an output (sum, logsumexp, max, entropy, or an expression of them) or an operand to copy
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto p = fv::softmax(fv::dot(q, q));
#ifdef FOVEA_CONTROL
    auto wanted = q = fv::sum(p * q);
#else
    auto wanted = q = p;
#endif
    (void)wanted;
}
