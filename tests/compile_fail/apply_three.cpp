// expect: fovea: apply: the functor cannot be called (const) with these three numbers: float, std::int64_t or bool
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

struct nearer {
#ifdef FOVEA_CONTROL
    float operator()(float score, std::int64_t query, std::int64_t key) const { return score - float(query - key); }
#else
    float operator()(float score, std::int64_t distance) const { return score - float(distance); }
#endif
};

int main() {
    auto wanted = fv::apply(nearer{}, fv::exp(head), q_pos, k_pos);
    (void)wanted;
}
