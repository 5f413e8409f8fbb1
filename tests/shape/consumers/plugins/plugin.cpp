// Both plugins have a score `bonus`, a type of one name and one layout; only what it does differs.
#include <fovea/fovea.hpp>
#include <fovea/thread_pool.hpp>

#include "plugin.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

struct bonus {
    template <class S, class P> FOVEA_HOST_DEVICE auto operator()(S s, P key) const {
        return s + fv::as_real(key) * float(BONUS);
    }
};

extern "C" [[gnu::visibility("default")]] void attend_here(numbers& n, int queries) {
    auto tensor = [](float* data, fv::index length) { return fv::tensor(data, fv::bshd(1, length, 1, 1_c)); };
    auto q = tensor(n.q, queries), k = tensor(n.k, 2), v = tensor(n.v, 2), o = tensor(n.o, queries);
    auto s = fv::where(k_pos <= q_pos, fv::apply(bonus{}, fv::dot(q, k), k_pos));
    fv::thread_pool pool(2);
    fv::run(fv::cpu(pool), o = fv::sum(fv::softmax(s) * v));
}
