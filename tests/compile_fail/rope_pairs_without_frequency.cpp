// expect: fovea: rope_pairs takes a frequency type: rope_plain, rope_linear, rope_ntk, rope_yarn, rope_llama3 or your own
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x[2] = {};
#ifdef FOVEA_CONTROL
    auto wanted = fv::rope_pairs(fv::tensor(x, fv::bshd(1, 1, 1, 2)), fv::rope_plain{.theta = 1e4});
#else
    auto wanted = fv::rope_pairs(fv::tensor(x, fv::bshd(1, 1, 1, 2)), 1e4);
#endif
    (void)wanted;
}
