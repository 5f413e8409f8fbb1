// expect: fovea: % << >> & | ^ take integer expressions; masks are joined with && and ||
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
#ifdef FOVEA_CONTROL
    auto wanted = k_pos <= q_pos && k_pos > 3;
#else
    auto wanted = (k_pos <= q_pos) & (k_pos > 3);
#endif
    (void)wanted;
}
