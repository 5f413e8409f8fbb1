// expect: fovea: tensor takes a pointer to the first element: tensor(x.data(), layout)
#include <fovea/fovea.hpp>
#include <vector>

namespace fv = fovea;

int main() {
    std::vector<float> x(4);
#ifdef FOVEA_CONTROL
    auto v = fv::tensor(x.data(), fv::bshd(1, 1, 2, 2));
#else
    auto v = fv::tensor(x, fv::bshd(1, 1, 2, 2));
#endif
    (void)v;
}
