// expect: fovea: where takes a mask; one by a function of yours is apply(function, q_pos, k_pos)
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

int main() {
    float x = 0;
    auto q = fv::tensor(&x, fv::bshd(1, 1, 1, 1));
    auto s = fv::dot(q, q);
    const auto before = [](auto query, auto key) { return key <= query; };
#ifdef FOVEA_CONTROL
    auto wanted = fv::where(fv::apply(before, q_pos, k_pos), s);
#else
    auto wanted = fv::where(before, s);
#endif
    (void)wanted;
}
