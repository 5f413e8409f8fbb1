// expect: fovea: select chooses between numbers; between masks write m && a || !m && b
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
#ifdef FOVEA_CONTROL
    auto wanted = (head < 2 && k_pos <= q_pos) || (head >= 2 && k_pos < 4);
#else
    auto wanted = fv::select(head < 2, k_pos <= q_pos, k_pos < 4);
#endif
    (void)wanted;
}
