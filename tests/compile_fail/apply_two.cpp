// expect: fovea: apply: the functor cannot be called (const) with these two numbers: float, std::int64_t or bool
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

struct near {
#ifdef FOVEA_CONTROL
    bool operator()(std::int64_t query, std::int64_t key) const { return query - key < 4; }
#else
    bool operator()(std::int64_t distance) const { return distance < 4; }
#endif
};

int main() {
    auto wanted = fv::apply(near{}, q_pos, k_pos);
    (void)wanted;
}
