// expect: fovea: tile_shape::query must be a multiple of 16, the rows of one matrix tile
#include <fovea/engine/sm80/shape.hpp>

namespace fv = fovea;

template <fv::tile_shape Tile, class Problem> void choose(Problem const&) {
    static_cast<void>(fv::sm80::chosen_tile<Problem, Tile, fv::sm80::head_sizes{}>());
}
template <fv::tile_shape Tile, int Channels, class Element = fv::bf16> void attend() {
    auto q = fv::tensor(static_cast<Element*>(nullptr), fv::bshd(1, 1, 1, fv::constant_size<Channels>{})), o = q;
    choose<Tile>(fv::make_problem(o = fv::sum(fv::softmax(fv::dot(q, q)) * q)));
}

int main() {
#ifdef FOVEA_CONTROL
    attend<fv::tile_shape{.query = 48}, 64>();
#else
    attend<fv::tile_shape{.query = 50}, 64>();
#endif
}
