// expect: fovea: logsumexp takes the score that softmax takes: logsumexp(s), where p is softmax(s)
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x = 0;
    auto q = fv::tensor(&x, fv::bshd(1, 1, 1, 1));
    auto s = fv::dot(q, q);
#ifdef FOVEA_CONTROL
    auto wanted = fv::logsumexp(s);
#else
    auto wanted = fv::logsumexp(fv::softmax(s));
#endif
    (void)wanted;
}
