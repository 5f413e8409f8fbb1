// expect: fovea: cast takes float, bf16 or fp16
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
#ifdef FOVEA_CONTROL
    auto wanted = fv::cast<fv::bf16>(fv::sum(fv::softmax(fv::dot(q, q)) * q));
#else
    auto wanted = fv::cast<double>(fv::sum(fv::softmax(fv::dot(q, q)) * q));
#endif
    (void)wanted;
}
