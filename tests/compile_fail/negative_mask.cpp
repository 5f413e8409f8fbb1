// expect: fovea: a mask is not a number; write select(mask, 1, 0) to count it
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
#ifdef FOVEA_CONTROL
    auto wanted = -fv::select(k_pos <= q_pos, 1, 0);
#else
    auto wanted = -(k_pos <= q_pos);
#endif
    (void)wanted;
}
