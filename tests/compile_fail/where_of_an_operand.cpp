// expect: fovea: the second argument of where is a score, such as scaled_dot(q, k); an integer is made one by 1.f * it
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
#ifdef FOVEA_CONTROL
    [[maybe_unused]] auto wanted = fv::where(fv::causal, fv::dot(q, q));
#else
    fv::where(fv::causal, q);
#endif
}
