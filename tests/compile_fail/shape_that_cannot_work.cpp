// expect: fovea: cpu_shape: query_tile is a multiple of score.rows and value.rows, value.rows of score.rows, key_tile of lanes * score.vectors and at most 64 vectors of weights, and score.vectors is even
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {}, y[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto o = fv::tensor(y, fv::bshd(1, 1, 2, 2));
    auto p = fv::softmax(fv::dot(q, q));
#ifdef FOVEA_CONTROL
    fv::run(fv::cpu().with_shape<fv::cpu_shape{.query_tile = 48}>(), o = fv::sum(p * q));
#else
    fv::run(fv::cpu().with_shape<fv::cpu_shape{.query_tile = 50}>(), o = fv::sum(p * q));
#endif
}
