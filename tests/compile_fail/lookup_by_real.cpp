// expect: fovea: lookup takes an integer index, such as q_pos - k_pos
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float slopes[8] = {};
#ifdef FOVEA_CONTROL
    auto wanted = fv::lookup(fv::table(slopes, 8), head);
#else
    auto wanted = fv::lookup(fv::table(slopes, 8), head * 0.5f);
#endif
    (void)wanted;
}
