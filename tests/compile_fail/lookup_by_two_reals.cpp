// expect: fovea: lookup takes integer indices, such as head and q_pos - k_pos
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float biases[8] = {};
#ifdef FOVEA_CONTROL
    auto wanted = fv::lookup(fv::table(biases, 2, 4), head, q_pos - k_pos);
#else
    auto wanted = fv::lookup(fv::table(biases, 2, 4), head, 0.5f * q_pos);
#endif
    (void)wanted;
}
