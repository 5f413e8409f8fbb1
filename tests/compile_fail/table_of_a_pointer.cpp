// expect: fovea: a table is wanted: table(pointer, n), table(pointer, rows, columns), or a container
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    float const slopes[2] = {0.5f, 0.25f};
#ifdef FOVEA_CONTROL
    auto bias = fv::alibi(fv::table(slopes, 2));
#else
    auto bias = fv::alibi(slopes);
#endif
    (void)bias;
}
