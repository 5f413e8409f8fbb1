// expect: fovea: ! turns a mask over; compare the number with something first
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
#ifdef FOVEA_CONTROL
    auto wanted = !(k_pos % 2 == 1);
#else
    auto wanted = !(k_pos % 2);
#endif
    (void)wanted;
}
