// expect: fovea: a table owns no entries: give the container a name, which must live until the run is over
#include <array>
#include <fovea/fovea.hpp>

namespace fv = fovea;

int main() {
    const std::array<float, 2> slopes{0.5f, 0.25f};
#ifdef FOVEA_CONTROL
    auto bias = fv::alibi(slopes);
#else
    auto bias = fv::alibi(std::array<float, 2>{0.5f, 0.25f});
#endif
    (void)bias, (void)slopes;
}
