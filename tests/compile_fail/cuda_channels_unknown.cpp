// expect: fovea: cuda: the channels of q or k, and of v, are constants such as 128_c; fovea::dispatch makes one of a number
#include <fovea/engine/sm80/shape.hpp>
#include <fovea/tensor/rope.hpp>

namespace fv = fovea;

template <class Problem> void choose(Problem const&) {
    static_cast<void>(fv::sm80::chosen_tile<Problem, fv::tile_shape{}, fv::sm80::head_sizes{}>());
}

int main() {
    fv::bf16 x{1.f};
    auto q = fv::tensor(&x, fv::bshd(1, 1, 1, fv::constant_size<64>{})), o = q;
    auto n = fv::tensor(&x, fv::bshd(1, 1, 1, 64));
#ifdef FOVEA_CONTROL
    choose(fv::make_problem(o = fv::sum(fv::softmax(fv::dot(q, n)) * q)));
#else
    choose(fv::make_problem(o = fv::sum(fv::softmax(fv::dot(n, n)) * q)));
#endif
}
