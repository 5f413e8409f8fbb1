// expect: fovea: the first argument of where is a mask: compare the number first
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x = 0;
    auto q = fv::tensor(&x, fv::bshd(1, 1, 1, 1));
#ifdef FOVEA_CONTROL
    auto wanted = fv::where(q_pos - k_pos >= 0, fv::dot(q, q));
#else
    auto wanted = fv::where(q_pos - k_pos, fv::dot(q, q));
#endif
    (void)wanted;
}
