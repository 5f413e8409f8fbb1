// expect: fovea: the first argument of select is a mask: compare the number first
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
#ifdef FOVEA_CONTROL
    auto wanted = fv::select(q_pos - k_pos > 0, 1.f, 2.f);
#else
    auto wanted = fv::select(q_pos - k_pos, 1.f, 2.f);
#endif
    (void)wanted;
}
