// expect: fovea: where takes a mask and a score; a masked key has weight 0, and no other score
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
#ifdef FOVEA_CONTROL
    auto wanted = fv::where(fv::causal, fv::dot(q, q));
#else
    auto wanted = fv::where(fv::causal, fv::dot(q, q), -1e9f);
#endif
    (void)wanted;
}
