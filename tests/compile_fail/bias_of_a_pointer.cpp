// expect: fovea: bias takes a tensor: bias(tensor(pointer, bhqk(batches, heads, queries, keys)))
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float x[4] = {};
#ifdef FOVEA_CONTROL
    auto b = fv::bias(fv::tensor(x, fv::bhqk(1, 1, 2, 2)));
#else
    auto b = fv::bias(x);
#endif
    (void)b;
}
