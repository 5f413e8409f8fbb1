// expect: fovea: softmax takes a score, such as where(causal, scaled_dot(q, k))
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
#ifdef FOVEA_CONTROL
    [[maybe_unused]] auto wanted = fv::softmax(fv::where(fv::causal, fv::dot(q, q)));
#else
    fv::softmax(fv::causal);
#endif
}
