// expect: fovea: the second argument of where is a score, such as scaled_dot(q, k)
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x = 0;
    auto q = fv::tensor(&x, fv::bshd(1, 1, 1, 1));
#ifdef FOVEA_CONTROL
    auto wanted = fv::where(k_pos <= q_pos, fv::dot(q, q));
#else
    auto wanted = fv::where(k_pos <= q_pos, q_pos - k_pos);
#endif
    (void)wanted;
}
