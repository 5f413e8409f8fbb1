// expect: fovea: cuda_decode: tile_shape: the tiles take more than the 227 KB of shared memory that a block can have; use smaller ones, or fewer stages
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
    attend<fv::tile_shape{.stages = 2}, 256>();
#else
    attend<fv::tile_shape{.stages = 4}, 256>();
#endif
}
