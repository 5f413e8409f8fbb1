// expect: fovea: entropy takes weights: entropy(softmax(s))
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x = 0;
    auto q = fv::tensor(&x, fv::bshd(1, 1, 1, 1));
    auto s = fv::dot(q, q);
#ifdef FOVEA_CONTROL
    auto wanted = fv::entropy(fv::softmax(s));
#else
    auto wanted = fv::entropy(s);
#endif
    (void)wanted;
}
