// expect: fovea: the elements of a tensor are float, bf16 or fp16
#include <fovea/fovea.hpp>

namespace fv = fovea;

#ifdef FOVEA_CONTROL
using element = float;
#else
using element = double;
#endif

int main() {
    element x[4] = {};
    auto v = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    (void)v;
}
