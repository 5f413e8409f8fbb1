// expect: fovea: sum takes p * v or p * f, where p is softmax(score) or sigmoid(score)
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
#ifdef FOVEA_CONTROL
    [[maybe_unused]] auto wanted = fv::sum(fv::softmax(fv::dot(q, q)) * q);
#else
    fv::sum(fv::softmax(fv::dot(q, q)));
#endif
}
