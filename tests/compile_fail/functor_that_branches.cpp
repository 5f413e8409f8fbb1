// expect: fovea: a functor that is a template cannot branch, as lanes and ranges disagree: use fovea::select, && and ||, or parameters such as float and fovea::index
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

struct near {
    template <class Score, class Distance> auto operator()(Score s, Distance distance) const {
#ifdef FOVEA_CONTROL
        using fv::select;
        return select(distance < 3, s, 0.5f * s);
#else
        if (distance < 3) return s;
        return 0.5f * s;
#endif
    }
};

int main() {
    float x[4] = {}, z[2] = {};
    auto q = fv::tensor(x, fv::bshd(1, 1, 2, 2));
    auto l = fv::tensor(z, fv::bhs(1, 2, 1));
    fv::run(fv::cpu(), l = fv::logsumexp(fv::apply(near{}, fv::dot(q, q), q_pos - k_pos)));
}
