// expect: fovea: && and || join masks; compare the number with something first
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
#ifdef FOVEA_CONTROL
    auto wanted = q_pos % 2 == 0 && k_pos <= q_pos;
#else
    auto wanted = q_pos % 2 && k_pos <= q_pos;
#endif
    (void)wanted;
}
