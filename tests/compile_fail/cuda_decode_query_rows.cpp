// expect: fovea: cuda_decode: tile_shape::query must be 16 or 32 packed rows
#include <fovea/engine/sm80/decode_plan.hpp>

namespace fv = fovea;

template <fv::tile_shape Tile, class Problem> void choose(Problem const&) {
    static_cast<void>(fv::sm80::chosen_decode_tile<Problem, Tile, fv::sm80::head_sizes{}>());
}
template <fv::tile_shape Tile, int Channels> void attend() {
    auto q = fv::tensor(static_cast<fv::bf16*>(nullptr), fv::bshd(1, 1, 1, fv::constant_size<Channels>{})), o = q;
    choose<Tile>(fv::make_problem(o = fv::sum(fv::softmax(fv::dot(q, q)) * q)));
}

int main() {
#ifdef FOVEA_CONTROL
    attend<fv::tile_shape{.query = 32}, 64>();
#else
    attend<fv::tile_shape{.query = 64}, 64>();
#endif
}
