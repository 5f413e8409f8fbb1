// expect: fovea: apply: the functor cannot be called (const) with one number: float, std::int64_t or bool
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

struct twice {
#ifdef FOVEA_CONTROL
    float operator()(float x) const { return 2 * x; }
#else
    float operator()(float x) { return 2 * x; }
#endif
};

int main() {
    auto wanted = fv::apply(twice{}, fv::exp(q_pos - k_pos));
    (void)wanted;
}
