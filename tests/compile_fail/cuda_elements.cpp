// expect: fovea: cuda: q and k have the same elements, bf16, fp16 or fp32
#include <fovea/engine/sm80/shape.hpp>

namespace fv = fovea;

template <fv::tile_shape Tile, class Problem> void choose(Problem const&) {
    static_cast<void>(fv::sm80::chosen_tile<Problem, Tile, fv::sm80::head_sizes{}>());
}
template <class Query, class Key> void attend() {
    auto q = fv::tensor(static_cast<Query*>(nullptr), fv::bshd(1, 1, 1, fv::constant_size<64>{}));
    auto k = fv::tensor(static_cast<Key*>(nullptr), fv::bshd(1, 1, 1, fv::constant_size<64>{})), o = k;
    choose<fv::tile_shape{}>(fv::make_problem(o = fv::sum(fv::softmax(fv::dot(q, k)) * k)));
}

int main() {
#ifdef FOVEA_CONTROL
    attend<float, float>();
#else
    attend<float, fv::bf16>();
#endif
}
