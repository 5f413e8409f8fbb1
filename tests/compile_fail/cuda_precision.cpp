// expect: fovea: cuda: precision::tf32 and precision::tf32x3 are for operands in fp32; leave it out for bf16 and fp16
#include <fovea/engine/sm80/shape.hpp>

namespace fv = fovea;

template <fv::precision Products, class Problem> void choose(Problem const&) {
    static_cast<void>(fv::sm80::chosen_tile<Problem, fv::tile_shape{}, fv::sm80::head_sizes{}, Products>());
}
template <fv::precision Products, class Element> void attend() {
    auto q = fv::tensor(static_cast<Element*>(nullptr), fv::bshd(1, 1, 1, fv::constant_size<64>{})), o = q;
    choose<Products>(fv::make_problem(o = fv::sum(fv::softmax(fv::dot(q, q)) * q)));
}

int main() {
#ifdef FOVEA_CONTROL
    attend<fv::precision::tf32, float>();
    attend<fv::precision::of_elements, fv::fp16>();
#else
    attend<fv::precision::tf32, fv::fp16>();
#endif
}
