// expect: fovea: the second argument of where is a score, such as scaled_dot(q, k); an integer is made one by 1.f * it
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
#ifdef FOVEA_CONTROL
    auto wanted = fv::where(k_pos <= q_pos, 1.f * (q_pos - k_pos));
#else
    auto wanted = fv::where(k_pos <= q_pos, q_pos - k_pos);
#endif
    (void)wanted;
}
