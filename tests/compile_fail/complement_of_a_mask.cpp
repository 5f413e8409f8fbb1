// expect: fovea: ~ takes an integer expression; a mask is turned over with !
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
#ifdef FOVEA_CONTROL
    auto wanted = !(k_pos <= q_pos);
#else
    auto wanted = ~(k_pos <= q_pos);
#endif
    (void)wanted;
}
