// expect: fovea: a sink logit may vary with batch and head only, such as lookup(table, head)
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
#ifdef FOVEA_CONTROL
    auto wanted = fv::softmax(fv::dot(q, q), fv::lookup(fv::table(x, 2), head));
#else
    auto wanted = fv::softmax(fv::dot(q, q), fv::lookup(fv::table(x, 2), k_pos));
#endif
    (void)wanted;
}
