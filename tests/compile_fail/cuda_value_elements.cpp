// expect: fovea: cuda: v is bf16 or fp16 where q and k are, fp32 where they are
#include <fovea/engine/sm80/shape.hpp>
#include <fovea/tensor/rope.hpp>

namespace fv = fovea;

template <class Problem> void choose(Problem const&) {
    static_cast<void>(fv::sm80::chosen_tile<Problem, fv::tile_shape{}, fv::sm80::head_sizes{}>());
}

int main() {
    fv::bf16 x{1.f};
    auto q = fv::tensor(&x, fv::bshd(1, 1, 1, fv::constant_size<64>{})), o = q;
    float y = 0;
    auto f = fv::tensor(&y, fv::bshd(1, 1, 1, fv::constant_size<64>{}));
#ifdef FOVEA_CONTROL
    choose(fv::make_problem(o = fv::sum(fv::softmax(fv::dot(q, q)) * q)));
#else
    choose(fv::make_problem(o = fv::sum(fv::softmax(fv::dot(q, q)) * f)));
#endif
}
