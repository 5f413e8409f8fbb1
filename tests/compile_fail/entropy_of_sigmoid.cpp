// expect: fovea: sigmoid weights do not sum to one and have no entropy; use softmax
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
#ifdef FOVEA_CONTROL
    [[maybe_unused]] auto wanted = fv::entropy(fv::softmax(fv::dot(q, q)));
#else
    fv::entropy(fv::sigmoid(fv::dot(q, q)));
#endif
}
