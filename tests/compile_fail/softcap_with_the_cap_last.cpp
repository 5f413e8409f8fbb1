// expect: fovea: softcap takes the cap first: softcap(30.f, s)
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x = 0;
    auto q = fv::tensor(&x, fv::bshd(1, 1, 1, 1));
    auto s = fv::dot(q, q);
#ifdef FOVEA_CONTROL
    auto wanted = fv::softcap(30.f, s);
#else
    auto wanted = fv::softcap(s, 30.f);
#endif
    (void)wanted;
}
