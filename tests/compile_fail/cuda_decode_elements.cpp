// expect: fovea: cuda_decode: the elements of q, k and v are bf16 or fp16
#include <fovea/engine/sm80/decode_plan.hpp>

namespace fv = fovea;

template <class Problem> void choose(Problem const&) {
    static_cast<void>(fv::sm80::chosen_decode_tile<Problem, fv::tile_shape{}, fv::sm80::head_sizes{}>());
}
template <class Element> void attend() {
    auto q = fv::tensor(static_cast<Element*>(nullptr), fv::bshd(1, 1, 1, fv::constant_size<64>{})), o = q;
    choose(fv::make_problem(o = fv::sum(fv::softmax(fv::dot(q, q)) * q)));
}

int main() {
#ifdef FOVEA_CONTROL
    attend<fv::fp16>();
#else
    attend<float>();
#endif
}
