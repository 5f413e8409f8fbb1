// expect: fovea: apply: the functor owns memory, which would be copied many times a run; let it hold a pointer or a fovea::table
#include <fovea/fovea.hpp>
#include <vector>

namespace fv = fovea;
using namespace fovea::terms;

struct slope_of_head {
#ifdef FOVEA_CONTROL
    float const* slopes;
#else
    std::vector<float> slopes;
#endif
    float operator()(fv::index number) const { return slopes[static_cast<unsigned long>(number)]; }
};

int main() {
    std::vector<float> slopes(8);
#ifdef FOVEA_CONTROL
    auto wanted = fv::apply(slope_of_head{slopes.data()}, head);
#else
    auto wanted = fv::apply(slope_of_head{slopes}, head);
#endif
    (void)wanted;
}
