// expect: fovea: cpu_shape: bf16_tiles works on 16 lanes, with scores of 16 rows x 4 vectors and values of 32 rows x 2 vectors
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    fv::bf16 x[4] = {}, y[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto o = fv::tensor(y, fv::bshd(1, 1, 2, 2));
    auto p = fv::softmax(fv::dot(q, q));
    constexpr auto unit = [] {
        fv::cpu_shape s =
            fv::default_shape({.lanes = 16, .registers = 32, .bf16_pairs = false, .bf16_tiles = true}, true);
#ifndef FOVEA_CONTROL
        s.value = {16, 4};
#endif
        return s;
    }();
    fv::run(fv::cpu().with_shape<unit>(), o = fv::sum(p * q));
}
