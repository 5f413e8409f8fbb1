// expect: fovea: cuda: a run takes at most 3 expectations sum(p * f); give the others a run of their own
#include <fovea/engine/sm80/write.hpp>

namespace fv = fovea;
using namespace fovea::terms;

template <class Problem> void write(Problem const& p) {
    static_cast<void>(fv::sm80::row_writer<void, Problem, 64>(p, {}, 0));
}

int main() {
    fv::bf16 x{1.f};
    float y = 0;
    auto q = fv::tensor(&x, fv::bshd(1, 1, 1, fv::constant_size<64>{}));
    auto r = fv::tensor(&y, fv::bhs(1, 1, 1));
    const auto p = fv::softmax(fv::dot(q, q));
    const auto three = fv::sum(p * fv::lift(1)) + fv::sum(p * q_pos) + fv::sum(p * (q_pos - k_pos));
#ifdef FOVEA_CONTROL
    write(fv::make_problem(r = three));
#else
    write(fv::make_problem(r = three + fv::sum(p * k_pos)));
#endif
}
